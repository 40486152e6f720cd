import { parseAction } from "../actions.js";
import { templateNames } from "../template.js";
import { buildGraph, type Graph, reach } from "./graph.js";
import type { Issue } from "./issue.js";
import { actionsOf, isRecord, listOf, type Outline, type OutlineNode, type Path, recordOf } from "./outline.js";

interface TemplateText {
  path: Path;
  text: unknown;
}

/** Whether there is a path on which a variable is set before a text of the node is filled. */
type IsSet = (name: string, node: OutlineNode, when: "entered" | "left") => boolean;

/** Template variables that no path to their node sets. Variables given at the start of a session are not known here. */
export function checkTemplates(outline: Outline): Issue[] {
  const graph = buildGraph(outline);
  const nodes = [...outline.byId.values()].filter(({ id }) => graph.reachable.has(id));
  const isSet = readSetters(nodes, graph);
  const anywhere = new Set(nodes.flatMap((node) => [...namesOnEntry(node), ...namesOnStay(node)]));
  const globalPrompt = { path: ["workflow", "global_prompt"], text: outline.settings.global_prompt };
  return [
    ...unset([globalPrompt], (name) => anywhere.has(name)),
    ...nodes.flatMap((node) => [
      ...unset([...actionsOf(node, "on_entry"), ...textsIn(node)], (name) => isSet(name, node, "entered")),
      ...unset(actionsOf(node, "on_exit"), (name) => isSet(name, node, "left")),
    ]),
  ];
}

function unset(texts: readonly TemplateText[], isKnown: (name: string) => boolean): Issue[] {
  return texts.flatMap(({ path, text }) =>
    (typeof text === "string" ? templateNames(text) : [])
      .filter((name) => !isKnown(name) && !name.startsWith("secret."))
      .map((name) => ({
        path,
        code: "unset_variable",
        message: `no way to this node sets {{${name}}}`,
        severity: "warning" as const,
      })),
  );
}

/** One search per name that a template uses: propagating sets along all paths would be cubic for a long document. */
function readSetters(nodes: readonly OutlineNode[], { edges }: Graph): IsSet {
  const setters = new Map<string, string[]>();
  const onEntry = new Map<string, Set<string>>();
  const onStay = new Map<string, Set<string>>();
  for (const node of nodes) {
    onEntry.set(node.id, new Set(namesOnEntry(node)));
    onStay.set(node.id, new Set(namesOnStay(node)));
    for (const name of [...namesOnEntry(node), ...namesOnStay(node)]) {
      setters.set(name, [...(setters.get(name) ?? []), node.id]);
    }
  }
  const after = new Map<string, Set<string>>();
  const isSetBefore = (name: string, id: string): boolean => {
    const known =
      after.get(name) ??
      reach(
        (setters.get(name) ?? []).flatMap((setter) => edges.get(setter) ?? []),
        edges,
      );
    after.set(name, known);
    return known.has(id);
  };
  return (name, { id }, when) =>
    onEntry.get(id)?.has(name) === true ||
    (when === "left" && onStay.get(id)?.has(name) === true) ||
    isSetBefore(name, id);
}

/** Template texts of a node apart from its actions. */
function textsIn(node: OutlineNode): TemplateText[] {
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

function textsBelow(value: unknown, path: Path): TemplateText[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsBelow(item, [...path, index]));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => textsBelow(item, [...path, key]));
}

function namesSetBy(actions: readonly { text: string }[]): string[] {
  return actions.flatMap(({ text }) => {
    const action = parseAction(text);
    return action?.type === "set" ? [action.name] : [];
  });
}

function namesOnEntry(node: OutlineNode): string[] {
  return namesSetBy(actionsOf(node, "on_entry"));
}

/** Variables set while the session is in the node and when it leaves. */
function namesOnStay(node: OutlineNode): string[] {
  const extracted = [...listOf(node.raw.variables), ...listOf(recordOf(node.raw.api_call).response_extraction)];
  const names = extracted.map((variable) => recordOf(variable).variable_name);
  return [...namesSetBy(actionsOf(node, "on_exit")), ...names.filter((name) => typeof name === "string")];
}
