import { isMap, isNode, isScalar, type Node, type Pair } from "yaml";
import { placeOfNewField } from "./flow-splices.js";
import { beginsLine, columnOf, commentsAbove, indentUnit, lineEnd, lineStart, nextLine } from "./lines.js";
import { colonOf, endOf, endOfPair, isBlockText, pairIndex } from "./places.js";
import { blockItem, blockPair, blockValue } from "./render.js";
import type { Source } from "./source.js";
import { type OwnedMap, type OwnedSeq, permuted, type Splice } from "./splice.js";

const stepOf = (text: string): number => (/^ +$/.test(indentUnit(text)) ? Math.min(indentUnit(text).length, 8) : 2);

/** Places of the dashes of a block sequence. */
function dashesOf(seq: OwnedSeq): number[] {
  const token = seq.srcToken;
  if (token?.type !== "block-seq") return [];
  return token.items.flatMap(({ start }) =>
    start.filter(({ type }) => type === "seq-item-ind").map(({ offset }) => offset),
  );
}

export function setInBlock(
  source: Source,
  owner: OwnedMap | OwnedSeq,
  key: string | number,
  value: unknown,
): Splice[] | null {
  const { text } = source;
  const step = stepOf(text);
  if (!isMap(owner)) return setItem(source, owner as OwnedSeq, Number(key), value);
  const index = pairIndex(owner.items as Pair[], key);
  const pair = owner.items[index] as Pair<Node, Node | null> | undefined;
  if (pair === undefined) return addPair(source, owner as OwnedMap, String(key), value);
  const column = columnOf(text, pair.key.range?.[0] ?? 0);
  const old = isNode(pair.value) ? pair.value : null;
  const put = blockValue(value, column, { step, old });
  const inPlace = inPlaceSplice(value, old, put.slice(1));
  if (inPlace) return [inPlace];
  const from = colonOf(pair as Pair)?.end;
  return from === undefined ? null : [withRestOfLine(text, { from, to: endOfPair(text, pair as Pair), text: put })];
}

/** A word for a word leaves what stands around it, an anchor too. */
function inPlaceSplice(value: unknown, old: Node | null, text: string): Splice | null {
  if (!isScalar(old) || isBlockText(old) || isObject(value) || text.includes("\n")) return null;
  const [from, to] = old.range ?? [0, 0];
  return to > from ? { from, to, text } : null;
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;

/** A comment behind what is replaced stays on the first line of what comes. */
function withRestOfLine(text: string, { from, to, text: put }: Splice): Splice {
  const end = lineEnd(text, to);
  const rest = text.slice(to, end);
  if (!put.includes("\n") || rest.trim() === "") return { from, to, text: put };
  const [first = "", ...others] = put.split("\n");
  return { from, to: end, text: [first + rest, ...others].join("\n") };
}

function setItem(source: Source, seq: OwnedSeq, index: number, value: unknown): Splice[] | null {
  const old = seq.items[index];
  const dash = dashesOf(seq)[index];
  if (!isNode(old) || dash === undefined || !old.range) return null;
  const { text } = source;
  const step = stepOf(text);
  const put = blockItem(value, columnOf(text, dash) + 2, { step, old });
  const inPlace = inPlaceSplice(value, old, put);
  return [inPlace ?? withRestOfLine(text, { from: dash + 1, to: endOf(text, old), text: ` ${put}` })];
}

function addPair(source: Source, map: OwnedMap, key: string, value: unknown): Splice[] | null {
  const { text } = source;
  const keys = map.items.map(({ key: node }) => (isScalar(node) ? String(node.value) : ""));
  const previous = map.items[placeOfNewField(keys, key) - 1];
  const first = map.items[0]?.key.range?.[0];
  if (previous === undefined || first === undefined) return null;
  const column = columnOf(text, first);
  const at = lineEnd(text, endOfPair(text, previous as Pair));
  const put = blockPair(key, value, column, { step: stepOf(text) });
  return [{ from: at, to: at, text: `\n${" ".repeat(column)}${put}` }];
}

/** Lines of each item, with the comments right above it; without the last line break. */
function linesOf(text: string, seq: OwnedSeq): { from: number; to: number }[] | null {
  const dashes = dashesOf(seq);
  if (dashes.length !== seq.items.length || dashes.some((dash) => !beginsLine(text, dash))) return null;
  let floor = lineStart(text, dashes[0] ?? 0);
  // Comments above the first item: up to the line of the key that the list belongs to.
  while (floor > 0 && /^\s*#/.test(text.slice(lineStart(text, floor - 1), floor))) floor = lineStart(text, floor - 1);
  return seq.items.map((item, index) => {
    const dash = dashes[index] ?? 0;
    const to = lineEnd(text, Math.max(dash + 1, endOf(text, item)));
    const from = commentsAbove(text, lineStart(text, dash), columnOf(text, dash), floor);
    floor = nextLine(text, to);
    return { from, to };
  });
}

export function insertIntoBlock(source: Source, seq: OwnedSeq, index: number, value: unknown): Splice[] | null {
  const { text } = source;
  const lines = linesOf(text, seq);
  const dash = dashesOf(seq)[0];
  if (lines === null || dash === undefined) return null;
  const column = columnOf(text, dash);
  const put = `${" ".repeat(column)}- ${blockItem(value, column + 2, { step: stepOf(text) })}`;
  const apart = isApart(text, lines) ? "\n" : "";
  const next = lines[index];
  if (next) return [{ from: next.from, to: next.from, text: `${put}\n${apart}` }];
  const at = lines.at(-1)?.to ?? 0;
  return [{ from: at, to: at, text: `\n${apart}${put}` }];
}

/** True when items stand apart by empty lines. */
function isApart(text: string, lines: readonly { from: number; to: number }[]): boolean {
  const [first, second] = lines;
  return first !== undefined && second !== undefined && /^\r?\n[ \t]*\r?\n/.test(text.slice(first.to, second.from));
}

export function removeFromBlock(source: Source, owner: OwnedMap | OwnedSeq, key: string | number): Splice[] | null {
  if (isMap(owner)) return removePair(source, owner as OwnedMap, key);
  const { text } = source;
  const index = Number(key);
  const lines = linesOf(text, owner as OwnedSeq);
  const own = lines?.[index];
  if (!lines || !own) return null;
  if (lines.length === 1) {
    const dash = dashesOf(owner as OwnedSeq)[0] ?? 0;
    return [{ from: dash, to: own.to, text: "[]" }];
  }
  const next = lines[index + 1];
  // With the empty lines behind it, so that those before it part its neighbours.
  if (next) return [{ from: own.from, to: own.to + gapOf(text.slice(own.to, next.from)), text: "" }];
  const previous = lines[index - 1];
  const before = previous ? lineEnd(text, previous.to) : own.from;
  const between = text.slice(before, own.from);
  return [{ from: between.trim() === "" ? before : own.from - 1, to: own.to, text: "" }];
}

/** Line break and empty lines at the beginning of a text. */
const gapOf = (text: string): number => /^\r?\n(?:[ \t]*\r?\n)*/.exec(text)?.[0].length ?? 0;

function removePair(source: Source, map: OwnedMap, key: string | number): Splice[] | null {
  const { text } = source;
  const index = pairIndex(map.items as Pair[], key);
  const pair = map.items[index];
  const start = pair?.key.range?.[0];
  if (!pair || start === undefined) return null;
  const end = lineEnd(text, endOfPair(text, pair as Pair));
  if (map.items.length === 1) return [{ from: start, to: endOfPair(text, pair as Pair), text: "{}" }];
  if (!beginsLine(text, start)) {
    const rest = /^\s*/.exec(text.slice(end))?.[0].length ?? 0;
    return [{ from: start, to: end + rest, text: "" }];
  }
  const previous = map.items[index - 1];
  const floor = previous ? nextLine(text, endOfPair(text, previous as Pair)) : lineStart(text, start);
  const from = commentsAbove(text, lineStart(text, start), columnOf(text, start), floor);
  if (end >= text.length) return [{ from: Math.max(0, from - 1), to: end, text: "" }];
  return [{ from, to: nextLine(text, end), text: "" }];
}

export function moveInBlock(seq: OwnedSeq, { text }: Source, order: readonly number[]): Splice[] | null {
  const lines = linesOf(text, seq);
  return lines && permuted(text, lines, order);
}
