import { listOf, parseCondition, recordOf } from "@parley/workflow";
import type { Change } from "./change.js";
import type { Path } from "./places.js";
import { type Reference, referencesTo } from "./references.js";
import { EditRefused, rewrite } from "./rewrite.js";
import { openSource } from "./source.js";

type Fields = Record<string, unknown>;

/** One edit of a graph, as plain JSON. Transitions are named by their place in the node (`GraphEdge.index`). */
export type GraphEdit =
  /** `after` = the node it is written behind; absent = behind the last. */
  | { do: "addNode"; node: Fields & { id: string }; after?: string }
  /** Takes away what leads to it, too. Refused for the node where sessions begin. */
  | { do: "removeNode"; id: string }
  /** Everything that names it follows. */
  | { do: "renameNode"; id: string; to: string }
  /** Fields to set; null removes one. Not `id` and `transitions`. */
  | { do: "editNode"; id: string; fields: Fields }
  | { do: "setStart"; id: string }
  /** Settings of the workflow; null removes one. Not its nodes and where it begins. */
  | { do: "editWorkflow"; fields: Fields }
  /** `at` = its place in the node's transitions; absent = the last. */
  | { do: "connect"; from: string; to: string; condition: string; priority?: number; at?: number }
  | { do: "disconnect"; from: string; index: number }
  /** Leads a transition elsewhere. */
  | { do: "retarget"; from: string; index: number; to: string }
  /** `priority: null` removes it. */
  | { do: "editCondition"; from: string; index: number; condition?: string; priority?: number | null }
  | { do: "reorderTransition"; from: string; index: number; to: number }
  /** `to` = its new place in `workflow.nodes`. */
  | { do: "reorderNode"; id: string; to: number }
  /** Behind the last test of the document. One that has its name already gives it a number. */
  | { do: "addTest"; test: Fields & { name: string } };

/**
 * Makes an edit in the text of a document and answers the new text. Comments, anchors, quotes and the order of whatever the edit does
 * not concern stay byte for byte; JSON stays JSON. Throws `EditRefused`; whether the result is valid tells `readGraph`.
 */
export function editGraph(text: string, edit: GraphEdit): string {
  const { value } = openSource(text);
  if (value === undefined) throw new EditRefused("unreadable", "the document cannot be read");
  return rewrite(text, changesOf(value, edit));
}

/** Several edits, all of them or none. */
export const editGraphAll = (text: string, edits: readonly GraphEdit[]): string => edits.reduce(editGraph, text);

const NODES: Path = ["workflow", "nodes"];

function changesOf(document: unknown, edit: GraphEdit): Change[] {
  switch (edit.do) {
    case "addNode":
      return addNode(document, edit);
    case "removeNode":
      return removeNode(document, edit.id);
    case "renameNode":
      return renameNode(document, edit);
    case "editNode":
      return editNode(document, edit);
    case "setStart":
      nodeAt(document, edit.id);
      return [{ op: "set", path: ["workflow", "initial_node"], value: edit.id }];
    case "editWorkflow":
      return editWorkflow(document, edit.fields);
    case "connect":
      return connect(document, edit);
    case "disconnect":
      return disconnect(document, edit);
    case "retarget":
      nodeAt(document, edit.to);
      return [{ op: "set", path: [...transitionAt(document, edit), "target"], value: edit.to }];
    case "editCondition":
      return editCondition(document, edit);
    case "reorderTransition": {
      const path = transitionAt(document, edit).slice(0, -1);
      transitionAt(document, { from: edit.from, index: edit.to });
      return edit.index === edit.to ? [] : [{ op: "move", path, from: edit.index, to: edit.to }];
    }
    case "reorderNode":
      return reorderNode(document, edit);
    case "addTest":
      return [addTest(document, edit.test)];
  }
}

const nodesOf = (document: unknown): readonly unknown[] => listOf(recordOf(recordOf(document).workflow).nodes);

function nodeAt(document: unknown, id: string): { index: number; path: Path; node: Readonly<Fields> } {
  const nodes = nodesOf(document);
  const index = nodes.findIndex((node) => recordOf(node).id === id);
  if (index < 0) throw new EditRefused("unknown_node", "no node has this id");
  return { index, path: [...NODES, index], node: recordOf(nodes[index]) };
}

function requireFree(document: unknown, id: string): void {
  if (id === "" || id.length > 255) throw new EditRefused("bad_edit", "an id has 1 to 255 characters");
  if (nodesOf(document).some((node) => recordOf(node).id === id)) {
    throw new EditRefused("duplicate_id", "another node has this id");
  }
}

function transitionAt(document: unknown, { from, index }: { from: string; index: number }): Path {
  const { path, node } = nodeAt(document, from);
  const count = listOf(node.transitions).length;
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new EditRefused("unknown_transition", "the node has no such transition");
  }
  return [...path, "transitions", index];
}

function requireCondition(condition: string): void {
  const parsed = parseCondition(condition);
  if (!parsed.ok) throw new EditRefused("bad_condition", parsed.message);
}

function addNode(document: unknown, { node, after }: Extract<GraphEdit, { do: "addNode" }>): Change[] {
  requireFree(document, node.id);
  const index = after === undefined ? nodesOf(document).length : nodeAt(document, after).index + 1;
  return [{ op: "insert", path: NODES, index, value: node }];
}

function removeNode(document: unknown, id: string): Change[] {
  const { path } = nodeAt(document, id);
  const references = referencesTo(document, id).filter((reference) => !isWithin(reference.path, path));
  if (references.some(({ kind }) => kind === "start")) {
    throw new EditRefused("start_node", "sessions begin in this node; choose another start first");
  }
  // From the end, so that the places of those before stay.
  const changes = references.map(removalOf).toReversed();
  const own: Change = { op: "remove", path };
  return [...shrunk(document, changes), own];
}

const isWithin = (path: Path, owner: Path): boolean => owner.every((step, index) => path[index] === step);

function removalOf({ path, kind }: Reference): Change {
  const whole = kind === "transition" || kind === "intent" || kind === "script" || kind === "answer";
  return { op: "remove", path: whole ? path.slice(0, -1) : path };
}

/** A list of transitions that loses its last one goes as a whole. */
function shrunk(document: unknown, changes: readonly Change[]): Change[] {
  const gone = new Map<string, number>();
  return changes.map((change) => {
    const list = change.path.slice(0, -1);
    if (list.at(-1) !== "transitions") return change;
    const key = JSON.stringify(list);
    gone.set(key, (gone.get(key) ?? 0) + 1);
    const all = list.reduce<unknown>((inner, step) => (inner as Fields)[step], document);
    return gone.get(key) === listOf(all).length ? { op: "remove", path: list } : change;
  });
}

function renameNode(document: unknown, { id, to }: Extract<GraphEdit, { do: "renameNode" }>): Change[] {
  if (id === to) return [];
  const { path } = nodeAt(document, id);
  requireFree(document, to);
  const places = [[...path, "id"], ...referencesTo(document, id).map((reference) => reference.path)];
  return places.map((place) => ({ op: "set", path: place, value: to }));
}

function editNode(document: unknown, { id, fields }: Extract<GraphEdit, { do: "editNode" }>): Change[] {
  const { path, node } = nodeAt(document, id);
  if ("id" in fields || "transitions" in fields) {
    throw new EditRefused("bad_edit", "id and transitions have edits of their own");
  }
  return fieldChanges(path, node, fields);
}

function editWorkflow(document: unknown, fields: Fields): Change[] {
  if ("nodes" in fields || "initial_node" in fields) {
    throw new EditRefused("bad_edit", "nodes and where it begins have edits of their own");
  }
  return fieldChanges(["workflow"], recordOf(recordOf(document).workflow), fields);
}

function fieldChanges(path: Path, owner: Readonly<Fields>, fields: Fields): Change[] {
  return Object.entries(fields).flatMap(([name, value]): Change[] => {
    if (value !== null && value !== undefined) return [{ op: "set", path: [...path, name], value }];
    return Object.hasOwn(owner, name) ? [{ op: "remove", path: [...path, name] }] : [];
  });
}

function connect(document: unknown, edit: Extract<GraphEdit, { do: "connect" }>): Change[] {
  const { path, node } = nodeAt(document, edit.from);
  nodeAt(document, edit.to);
  requireCondition(edit.condition);
  if (node.type === "end_call") throw new EditRefused("bad_edit", "an end has no transitions");
  const priority = edit.priority === undefined ? {} : { priority: edit.priority };
  const value = { condition: edit.condition, target: edit.to, ...priority };
  const own = listOf(node.transitions);
  if (!Array.isArray(node.transitions)) return [{ op: "set", path: [...path, "transitions"], value: [value] }];
  const index = Math.min(Math.max(0, edit.at ?? own.length), own.length);
  return [{ op: "insert", path: [...path, "transitions"], index, value }];
}

function disconnect(document: unknown, edit: Extract<GraphEdit, { do: "disconnect" }>): Change[] {
  const path = transitionAt(document, edit);
  return shrunk(document, [{ op: "remove", path }]);
}

function editCondition(document: unknown, edit: Extract<GraphEdit, { do: "editCondition" }>): Change[] {
  const path = transitionAt(document, edit);
  if (edit.condition !== undefined) requireCondition(edit.condition);
  const own = recordOf(listOf(nodeAt(document, edit.from).node.transitions)[edit.index]);
  const changes: Change[] = [];
  if (edit.condition !== undefined) changes.push({ op: "set", path: [...path, "condition"], value: edit.condition });
  if (typeof edit.priority === "number") changes.push({ op: "set", path: [...path, "priority"], value: edit.priority });
  if (edit.priority === null && "priority" in own) changes.push({ op: "remove", path: [...path, "priority"] });
  return changes;
}

function reorderNode(document: unknown, { id, to }: Extract<GraphEdit, { do: "reorderNode" }>): Change[] {
  const { index } = nodeAt(document, id);
  if (!Number.isInteger(to) || to < 0 || to >= nodesOf(document).length) {
    throw new EditRefused("bad_edit", "there is no such place");
  }
  return index === to ? [] : [{ op: "move", path: NODES, from: index, to }];
}

function addTest(document: unknown, test: Fields & { name: string }): Change {
  const tests = listOf(recordOf(document).tests);
  const names = new Set(tests.map((one) => recordOf(one).name));
  let { name } = test;
  for (let n = 2; names.has(name); n += 1) name = `${test.name} (${n})`;
  const value = { ...test, name };
  // Without a list, or with an empty one, there is no place behind the last.
  if (tests.length === 0) return { op: "set", path: ["tests"], value: [value] };
  return { op: "insert", path: ["tests"], index: tests.length, value };
}
