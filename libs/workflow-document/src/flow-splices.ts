import { isMap, isPair, type Node, type Pair } from "yaml";
import { beginsLine, indentUnit, lineStart } from "./lines.js";
import { colonOf, endOf, endOfPair, pairIndex } from "./places.js";
import { flowValue, jsonValue } from "./render.js";
import type { Source } from "./source.js";
import { type OwnedMap, type OwnedSeq, permuted, type Splice } from "./splice.js";

type Flow = OwnedMap | OwnedSeq;

interface Range {
  from: number;
  to: number;
}

const rangesOf = (text: string, flow: Flow): Range[] =>
  flow.items.map((item: Pair<Node, Node | null> | Node) =>
    isPair(item)
      ? { from: startOf(item.key as Node), to: endOfPair(text, item) }
      : { from: startOf(item), to: endOf(text, item) },
  );

const startOf = (node: Node): number => node.range?.[0] ?? 0;

function indexOf(flow: Flow, key: string | number): number {
  if (isMap(flow)) return pairIndex(flow.items as Pair[], key);
  const index = Number(key);
  return index < flow.items.length ? index : -1;
}

export function setInFlow(source: Source, flow: Flow, key: string | number, value: unknown): Splice[] | null {
  const index = indexOf(flow, key);
  const item = flow.items[index];
  if (item === undefined) return isMap(flow) ? addPair(source, flow as OwnedMap, String(key), value) : null;
  const node = isPair(item) ? (item.value as Node | null) : (item as Node);
  if (node?.range && node.range[1] > node.range[0]) {
    const [from, to] = node.range;
    const spread = source.text.slice(from, to).includes("\n");
    return [{ from, to, text: rendered(source, value, { at: lineIndent(source.text, from), spread, old: node }) }];
  }
  const colon = isPair(item) ? colonOf(item as Pair) : null;
  return colon ? [{ from: colon.end, to: colon.end, text: ` ${flowValue(value)}` }] : null;
}

interface Looks {
  /** White space that the lines of the value begin with. */
  at: string;
  spread: boolean;
  old?: Node | null;
}

function rendered({ format, text }: Source, value: unknown, { at, spread, old = null }: Looks): string {
  return format === "json" ? jsonValue(value, { unit: indentUnit(text), indent: at, spread }) : flowValue(value, old);
}

const lineIndent = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(lineStart(text, offset)))?.[0] ?? "";

/** Fields of a node as authors write them: new ones come before those that lead away from it. */
const LAST_FIELDS = new Set(["transitions", "actions"]);

/** Where a new field is put: before the trailing group of fields that authors write last. */
export function placeOfNewField(keys: readonly string[], key: string): number {
  if (LAST_FIELDS.has(key) || !keys.includes("id")) return keys.length;
  const at = keys.findIndex((name) => LAST_FIELDS.has(name));
  return at <= 0 ? keys.length : at;
}

function addPair(source: Source, map: OwnedMap, key: string, value: unknown): Splice[] | null {
  const keys = map.items.map(({ key: node }) => ("value" in node ? String(node.value) : ""));
  const name = source.format === "json" ? JSON.stringify(key) : flowValue(key);
  const put = (looks: Looks) => `${name}: ${rendered(source, value, looks)}`;
  return insertText(source, map, placeOfNewField(keys, key), put);
}

export const insertIntoFlow = (source: Source, seq: OwnedSeq, index: number, value: unknown): Splice[] | null =>
  insertText(source, seq, index, (looks) => rendered(source, value, looks));

function insertText(source: Source, flow: Flow, index: number, put: (looks: Looks) => string): Splice[] | null {
  const { text } = source;
  const ranges = rangesOf(text, flow);
  const beside = ranges[index - 1] ?? ranges[index];
  if (beside === undefined) {
    const [from, to] = flow.range ?? [0, 0];
    const [open, close] = [text[from] ?? "", text[to - 1] ?? ""];
    const around = isMap(flow) ? " " : "";
    const body = put({ at: lineIndent(text, from), spread: false });
    return [{ from, to, text: `${open}${around}${body}${around}${close}` }];
  }
  const ownLines = beginsLine(text, beside.from);
  const spread = isMap(flow) ? false : text.slice(beside.from, beside.to).includes("\n");
  const at = ownLines ? text.slice(lineStart(text, beside.from), beside.from) : lineIndent(text, beside.from);
  const gap = ownLines ? `\n${at}` : " ";
  const body = put({ at, spread });
  const next = ranges[index];
  if (next === undefined || !ownLines) {
    const previous = ranges[index - 1];
    if (previous) return [{ from: previous.to, to: previous.to, text: `,${gap}${body}` }];
    return [{ from: beside.from, to: beside.from, text: `${body},${gap}` }];
  }
  return [{ from: next.from, to: next.from, text: `${body},${gap}` }];
}

export function removeFromFlow(source: Source, flow: Flow, key: string | number): Splice[] | null {
  const index = indexOf(flow, key);
  const ranges = rangesOf(source.text, flow);
  const [own, next, previous] = [ranges[index], ranges[index + 1], ranges[index - 1]];
  if (own === undefined) return null;
  if (next) return [{ from: own.from, to: next.from, text: "" }];
  if (previous) return [{ from: previous.to, to: own.to, text: "" }];
  const [from, to] = flow.range ?? [0, 0];
  return [{ from, to, text: isMap(flow) ? "{}" : "[]" }];
}

export const moveInFlow = (seq: OwnedSeq, { text }: Source, order: readonly number[]): Splice[] =>
  permuted(text, rangesOf(text, seq), order);
