import type { Path } from "./places.js";

/** One change of the value of a document. A path leads through names and indexes. */
export type Change =
  | { op: "set"; path: Path; value: unknown }
  | { op: "remove"; path: Path }
  | { op: "insert"; path: Path; index: number; value: unknown }
  | { op: "move"; path: Path; from: number; to: number };

type Container = Record<string | number, unknown> | unknown[];

function containerAt(value: unknown, path: Path): Container {
  let at = value;
  for (const step of path) at = (at as Record<string | number, unknown>)[step];
  return at as Container;
}

/** The value after a change; the one given stays as it is. */
export function changedValue(value: unknown, change: Change): unknown {
  const copy = structuredClone(value);
  const last = change.path.at(-1) ?? "";
  if (change.op === "insert" || change.op === "move") {
    const list = containerAt(copy, change.path) as unknown[];
    if (change.op === "insert") list.splice(change.index, 0, change.value);
    else list.splice(change.to, 0, ...list.splice(change.from, 1));
    return copy;
  }
  const owner = containerAt(copy, change.path.slice(0, -1));
  if (change.op === "set") (owner as Record<string | number, unknown>)[last] = change.value;
  else if (Array.isArray(owner)) owner.splice(Number(last), 1);
  else delete (owner as Record<string | number, unknown>)[last];
  return copy;
}

/** Equal as JSON, whatever the order of names. */
export function sameValue(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every(
    (name) =>
      Object.hasOwn(other, name) &&
      sameValue((one as Record<string, unknown>)[name], (other as Record<string, unknown>)[name]),
  );
}
