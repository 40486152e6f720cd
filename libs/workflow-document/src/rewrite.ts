import { isAlias, isCollection, isPair, isScalar } from "yaml";
import { type Change, changedValue, sameValue } from "./change.js";
import { anchorsOn } from "./places.js";
import { openSource, type Source } from "./source.js";
import { spliced } from "./splice.js";
import { splicesOf } from "./splices-of.js";

export type Refusal =
  | "unreadable"
  | "unknown_node"
  | "unknown_transition"
  | "duplicate_id"
  | "start_node"
  | "bad_edit"
  | "bad_condition"
  | "not_exact";

/** An edit that is not made; the text stays as it is. */
export class EditRefused extends Error {
  constructor(
    readonly code: Refusal,
    message: string,
  ) {
    super(message);
    this.name = "EditRefused";
  }
}

/**
 * Makes changes in the text itself, so that every byte stays that no change concerns. Each result is read again: a text that does not
 * say exactly what was asked for is given up, with `not_exact`.
 */
export function rewrite(text: string, changes: readonly Change[]): string {
  let source = openSource(text);
  if (source.value === undefined) throw new EditRefused("unreadable", "the document cannot be read");
  for (const group of groupsOf(changes)) source = changed(source, group);
  return source.text;
}

/** Words that only replace words are put in at once: a name has many places. */
function groupsOf(changes: readonly Change[]): Change[][] {
  const groups: Change[][] = [];
  for (const change of changes) {
    const last = groups.at(-1);
    if (last && isWord(change) && last.every(isWord)) last.push(change);
    else groups.push([change]);
  }
  return groups;
}

const isWord = (change: Change): boolean => change.op === "set" && typeof change.value === "string";

function changed(source: Source, changes: readonly Change[]): Source {
  const wanted = changes.reduce<unknown>(changedValue, source.value);
  const done = attempt(source, changes, wanted);
  if (done) return done;
  // What an anchor shares is written out where its aliases stand, when a change of it would change them.
  const names = new Set(changes.flatMap(({ path }) => [...anchorsOn(source, path)]));
  const apart = names.size > 0 ? withoutAliases(source, names) : null;
  const second = apart && attempt(apart, changes, wanted);
  if (second) return second;
  if (changes.length > 1) return changes.reduce((before, change) => changed(before, [change]), source);
  throw new EditRefused(
    "not_exact",
    "this edit cannot be made without rewriting more of the text; edit the text itself",
  );
}

function attempt(source: Source, changes: readonly Change[], wanted: unknown): Source | null {
  const splices = [];
  for (const change of changes) {
    const own = splicesOf(source, change);
    if (own === null) return null;
    splices.push(...own);
  }
  const places = new Map(splices.map((splice) => [`${splice.from}:${splice.to}:${splice.text}`, splice]));
  const text = spliced(source.text, [...places.values()]);
  const after = openSource(text.includes("\r\n") ? text.replace(/\r?\n/g, "\r\n") : text);
  return after.format === source.format && after.value !== undefined && sameValue(after.value, wanted) ? after : null;
}

/** Every alias of these anchors written out. Null when one cannot be. */
function withoutAliases(source: Source, names: ReadonlySet<string>): Source | null {
  let at = source;
  for (let round = 0; round < 100; round += 1) {
    const path = firstAlias(at, names);
    if (path === null) return at;
    const value = path.reduce<unknown>((inner, step) => (inner as Record<string | number, unknown>)[step], at.value);
    const next = attempt(at, [{ op: "set", path, value }], at.value);
    if (next === null) return null;
    at = next;
  }
  return null;
}

function firstAlias({ root }: Source, names: ReadonlySet<string>): (string | number)[] | null {
  const seek = (node: unknown, path: (string | number)[]): (string | number)[] | null => {
    if (isAlias(node)) return names.has(node.source) ? path : null;
    if (!isCollection(node)) return null;
    for (const [index, item] of node.items.entries()) {
      const key = isPair(item) && isScalar(item.key) ? String(item.key.value) : index;
      const found = seek(isPair(item) ? item.value : item, [...path, key]);
      if (found) return found;
    }
    return null;
  };
  return seek(root, []);
}
