import { listOf, recordOf } from "@parley/workflow";
import type { Path } from "./places.js";

export interface Reference {
  path: Path;
  kind: "start" | "transition" | "intent" | "scope" | "script" | "path" | "place" | "answer";
}

/** Every place of a document that names this node, apart from its own id. */
export function referencesTo(document: unknown, id: string): Reference[] {
  const settings = recordOf(recordOf(document).workflow);
  return [
    ...named([["workflow", "initial_node"]], settings.initial_node, id, "start"),
    ...listOf(settings.nodes).flatMap((node, at) =>
      listOf(recordOf(node).transitions).flatMap((raw, index) =>
        named([["workflow", "nodes", at, "transitions", index, "target"]], recordOf(raw).target, id, "transition"),
      ),
    ),
    ...intentReferences(settings, id),
    ...listOf(recordOf(settings["x-scripted"]).replies).flatMap((raw, index) =>
      named([["workflow", "x-scripted", "replies", index, "node"]], recordOf(raw).node, id, "script"),
    ),
    ...listOf(recordOf(document).tests).flatMap((test, index) => testReferences(recordOf(test), ["tests", index], id)),
  ];
}

const named = ([path]: [Path], value: unknown, id: string, kind: Reference["kind"]): Reference[] =>
  value === id ? [{ path, kind }] : [];

function intentReferences(settings: Readonly<Record<string, unknown>>, id: string): Reference[] {
  return Object.entries(recordOf(settings.global_intents)).flatMap(([name, raw]) => {
    const path: Path = ["workflow", "global_intents", name];
    const scopes = ["active_from_nodes", "excluded_from_nodes"].flatMap((field) =>
      listOf(recordOf(raw)[field]).flatMap((node, index) => named([[...path, field, index]], node, id, "scope")),
    );
    return [...named([[...path, "target_node"]], recordOf(raw).target_node, id, "intent"), ...scopes];
  });
}

function testReferences(test: Readonly<Record<string, unknown>>, path: Path, id: string): Reference[] {
  const expected = (raw: unknown, at: Path): Reference[] => [
    ...listOf(recordOf(raw).path).flatMap((node, index) => named([[...at, "path", index]], node, id, "path")),
    ...named([[...at, "node"]], recordOf(raw).node, id, "place"),
  ];
  return [
    ...expected(recordOf(test.opening).expect, [...path, "opening", "expect"]),
    ...listOf(test.steps).flatMap((step, index) =>
      expected(recordOf(step).expect, [...path, "steps", index, "expect"]),
    ),
    ...listOf(test.answers).flatMap((answer, index) =>
      named([[...path, "answers", index, "node"]], recordOf(answer).node, id, "answer"),
    ),
  ];
}
