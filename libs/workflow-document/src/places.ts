import { isAlias, isCollection, isMap, isNode, isPair, isScalar, isSeq, type Node, type Pair } from "yaml";
import type { Source } from "./source.js";

export type Path = readonly (string | number)[];

/** What a path leads to: the entry of its parent, and what stands there, an alias as it is. */
export interface Place {
  parent: Node | null;
  /** Index of the entry in the parent; 0 for the root. */
  index: number;
  pair: Pair | null;
  node: Node | null;
}

const keyOf = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : "");

export const followed = (source: Source, node: Node | null): Node | null =>
  isAlias(node) ? (node.resolve(source.tree) ?? null) : node;

/** Of several pairs with one key the last counts, as in JSON; YAML refuses them. */
export const pairIndex = (items: readonly Pair[], key: string | number): number =>
  items.findLastIndex((pair) => keyOf(pair) === String(key));

/** Follows a path through aliases; null where it leads nowhere. */
export function findPlace(source: Source, path: Path): Place | null {
  let place: Place = { parent: null, index: 0, pair: null, node: source.root };
  for (const step of path) {
    const next = childOf(followed(source, place.node), step);
    if (next === null) return null;
    place = next;
  }
  return place;
}

function childOf(parent: Node | null, step: string | number): Place | null {
  if (isMap(parent)) {
    const index = pairIndex(parent.items as Pair[], step);
    const pair = parent.items[index] as Pair | undefined;
    return pair ? { parent, index, pair, node: isNode(pair.value) ? pair.value : null } : null;
  }
  if (!isSeq(parent) || typeof step !== "number") return null;
  const item = parent.items[step];
  return isNode(item) ? { parent, index: step, pair: null, node: item } : null;
}

export interface Span {
  from: number;
  to: number;
}

/** Where the field of a path stands; without it where the nearest thing around it begins. `key` asks for the name of the field. */
export function spanOf(source: Source, path: Path, key = false): Span {
  for (let length = path.length; length >= 0; length -= 1) {
    const place = findPlace(source, path.slice(0, length));
    if (place === null) continue;
    const name = isNode(place.pair?.key) ? place.pair.key : null;
    const span = rangeOf(place.node);
    if (length === path.length && !key && span && !isCollection(place.node)) return span;
    const named = rangeOf(name);
    if (named) return named;
    if (span) return firstLine(source.text, { from: span.from, to: endOf(source.text, place.node) });
  }
  return { from: 0, to: 0 };
}

function rangeOf(node: Node | null): Span | null {
  const range = node?.range;
  return range ? { from: range[0], to: range[1] } : null;
}

function firstLine(text: string, { from, to }: Span): Span {
  const end = text.indexOf("\n", from);
  return { from, to: end < 0 ? to : Math.min(to, end) };
}

/** Where the last character of a node stands, without the line break and the comments that its range may have. */
export function endOf(text: string, node: Node | null): number {
  if (node === null || !node.range) return 0;
  const [start, end] = node.range;
  if (isCollection(node) && !node.flow) {
    const last: unknown = node.items.at(-1);
    if (isPair(last)) return endOfPair(text, last);
    return isNode(last) ? Math.max(start, endOf(text, last)) : end;
  }
  return isScalar(node) && isBlockText(node) ? endOfBlock(text, start, end) : end;
}

export const isBlockText = (node: unknown): boolean =>
  isScalar(node) && (node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED");

/** Empty lines behind a block belong to it only when it says so. */
function endOfBlock(text: string, start: number, end: number): number {
  const whole = text.slice(start, end);
  const keeps = /^[|>][1-9]?\+/.test(whole);
  return start + whole.replace(keeps ? /\r?\n$/ : /\s+$/, "").length;
}

export function endOfPair(text: string, pair: Pair): number {
  const { key, value } = pair;
  if (isNode(value) && value.range && value.range[1] > value.range[0]) return endOf(text, value);
  return colonOf(pair)?.end ?? (isNode(key) ? endOf(text, key) : 0);
}

/** Where the value of a pair may begin. */
export function colonOf(pair: Pair): { at: number; end: number } | null {
  const token = pair.srcToken;
  const sep = token && "sep" in token ? token.sep : undefined;
  const colon = sep?.find(({ type }) => type === "map-value-ind");
  return colon ? { at: colon.offset, end: colon.offset + 1 } : null;
}

/** Anchors on the way to a place and below it: who changes it changes what their aliases say. */
export function anchorsOn(source: Source, path: Path): Set<string> {
  const names = new Set<string>();
  const note = (node: Node | null): void => {
    if (isAlias(node)) names.add(node.source);
    else if (node && "anchor" in node && typeof node.anchor === "string") names.add(node.anchor);
  };
  for (let length = 0; length <= path.length; length += 1) {
    const node = findPlace(source, path.slice(0, length))?.node ?? null;
    note(node);
    note(followed(source, node));
  }
  const below = (node: unknown): void => {
    if (isPair(node)) {
      below(node.key);
      below(node.value);
    } else if (isNode(node)) {
      note(node);
      if (isCollection(node)) node.items.forEach(below);
    }
  };
  below(followed(source, findPlace(source, path)?.node ?? null));
  return names;
}
