import { parseAction } from "../actions.js";
import { templateNames } from "../template.js";
import type { Issue } from "../types.js";
import { buildGraph } from "./graph.js";
import { actionsOf, isRecord, listOf, type Outline, type OutlineNode, type Path, recordOf } from "./outline.js";

type Names = ReadonlySet<string>;

/** Template variables that no way to their node sets. Variables given at the start of a session are not known here. */
export function checkTemplates(outline: Outline): Issue[] {
  const { edges, reachable } = buildGraph(outline);
  const before = namesBefore(outline, edges);
  const anywhere = new Set(
    outline.nodes.flatMap((node) => [...namesSetBy(node, "entry"), ...namesSetBy(node, "stay")]),
  );
  const globalPrompt = outline.settings.global_prompt;
  return [
    ...unset([{ path: ["workflow", "global_prompt"], text: globalPrompt }], anywhere),
    ...[...outline.byId.values()]
      .filter(({ id }) => reachable.has(id))
      .flatMap((node) => checkNode(node, before.get(node.id) ?? new Set())),
  ];
}

function checkNode(node: OutlineNode, before: Names): Issue[] {
  const entered = new Set([...before, ...namesSetBy(node, "entry")]);
  const left = new Set([...entered, ...namesSetBy(node, "stay")]);
  return [
    ...unset(actionsOf(node, "on_entry"), entered),
    ...unset(textsIn(node), entered),
    ...unset(actionsOf(node, "on_exit"), left),
  ];
}

function unset(texts: readonly { path: Path; text: unknown }[], known: Names): Issue[] {
  return texts.flatMap(({ path, text }) =>
    (typeof text === "string" ? templateNames(text) : [])
      .filter((name) => !known.has(name))
      .map((name) => ({
        path,
        code: "unset_variable",
        message: `no way to this node sets {{${name}}}`,
        severity: "warning" as const,
      })),
  );
}

/** Template texts of a node apart from its actions. */
function textsIn(node: OutlineNode): { path: Path; text: unknown }[] {
  const plain = ["system_prompt", "static_text", "transfer_message", "reason"].map((field) => ({
    path: [...node.path, field],
    text: node.raw[field],
  }));
  const prompts = listOf(node.raw.variables).map((variable, index) => ({
    path: [...node.path, "variables", index, "extraction_prompt"],
    text: recordOf(variable).extraction_prompt,
  }));
  return [...plain, ...prompts, ...textsBelow(node.raw.api_call, [...node.path, "api_call"])];
}

function textsBelow(value: unknown, path: Path): { path: Path; text: string }[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsBelow(item, [...path, index]));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => textsBelow(item, [...path, key]));
}

/** Variables a node sets on entry, or while the session is in it and when it leaves. */
function namesSetBy(node: OutlineNode, when: "entry" | "stay"): string[] {
  const actions = actionsOf(node, when === "entry" ? "on_entry" : "on_exit").flatMap(({ text }) => {
    const action = parseAction(text);
    return action?.type === "set" ? [action.name] : [];
  });
  if (when === "entry") return actions;
  const extracted = [...listOf(node.raw.variables), ...listOf(recordOf(node.raw.api_call).response_extraction)];
  const names = extracted.map((variable) => recordOf(variable).variable_name);
  return [...actions, ...names.filter((name) => typeof name === "string")];
}

/** For each node the names that at least one way to it has set (a worklist to the fixed point). */
function namesBefore({ byId }: Outline, edges: ReadonlyMap<string, readonly string[]>): Map<string, Set<string>> {
  const before = new Map([...byId.keys()].map((id) => [id, new Set<string>()]));
  const open = new Set(byId.keys());
  for (const id of open) {
    open.delete(id);
    const node = byId.get(id);
    if (!node) continue;
    const after = new Set([...(before.get(id) ?? []), ...namesSetBy(node, "entry"), ...namesSetBy(node, "stay")]);
    for (const target of edges.get(id) ?? []) {
      const known = before.get(target);
      if (!known || [...after].every((name) => known.has(name))) continue;
      for (const name of after) known.add(name);
      open.add(target);
    }
  }
  return before;
}
