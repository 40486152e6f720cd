import { isDeepStrictEqual } from "node:util";
import type { DocumentDiff } from "@parley/contracts";
import { unifiedDiff } from "./line-diff.js";

type Fields = Readonly<Record<string, unknown>>;
type FieldChange = DocumentDiff["settings"][number];

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const recordOf = (value: unknown): Fields => (isRecord(value) ? value : {});
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** The changes between two stored documents: structural (nodes by id, tests by name) and line by line. */
export function diffDocuments(
  a: { version: number; document: unknown },
  b: { version: number; document: unknown },
): DocumentDiff {
  const [before, after] = [recordOf(a.document), recordOf(b.document)];
  const [workflowBefore, workflowAfter] = [recordOf(before.workflow), recordOf(after.workflow)];
  const names = { before: `version ${a.version}`, after: `version ${b.version}` };
  const unified = unifiedDiff(textOf(a.document), textOf(b.document), names);
  const nodes = itemChanges(workflowBefore.nodes, workflowAfter.nodes, "id");
  return {
    from: a.version,
    to: b.version,
    identical: unified === "",
    agent: fieldChanges(recordOf(before.agent), recordOf(after.agent)),
    settings: fieldChanges(withoutNodes(workflowBefore), withoutNodes(workflowAfter)),
    nodes: { ...nodes, reordered: isReordered(workflowBefore.nodes, workflowAfter.nodes) },
    tests: itemChanges(before.tests, after.tests, "name"),
    unified,
  };
}

/** Pretty-printed JSON in the author's key order. */
const textOf = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;

const withoutNodes = ({ nodes: _, ...rest }: Fields): Fields => rest;

function byKey(list: unknown, key: string): Map<string, Fields> {
  return new Map(listOf(list).flatMap((item) => (isRecord(item) ? [[String(item[key]), item] as const] : [])));
}

function itemChanges(before: unknown, after: unknown, key: string): DocumentDiff["tests"] {
  const [old, now] = [byKey(before, key), byKey(after, key)];
  const changed = [...now].flatMap(([id, item]) => {
    const was = old.get(id);
    const fields = was === undefined ? [] : fieldChanges(was, item);
    return fields.length === 0 ? [] : [{ id, fields }];
  });
  return {
    added: [...now.keys()].filter((id) => !old.has(id)),
    removed: [...old.keys()].filter((id) => !now.has(id)),
    changed,
  };
}

/** True when the nodes that both documents have are in a different order. */
function isReordered(before: unknown, after: unknown): boolean {
  const [old, now] = [byKey(before, "id"), byKey(after, "id")];
  const inOld = [...old.keys()].filter((id) => now.has(id));
  const inNow = [...now.keys()].filter((id) => old.has(id));
  return !isDeepStrictEqual(inOld, inNow);
}

/** The fields that differ, by their path; lists of the same length are compared element by element. */
function fieldChanges(before: Fields, after: Fields): FieldChange[] {
  return changesAt("", before, after);
}

function changesAt(path: string, before: unknown, after: unknown): FieldChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => changesAt(path === "" ? key : `${path}.${key}`, before[key], after[key]));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item, index) => changesAt(`${path}[${index}]`, item, after[index]));
  }
  return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}
