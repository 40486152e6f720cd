import { type ParsedCondition, parseCondition } from "../conditions.js";
import type { Issue } from "./issue.js";

export type Path = Issue["path"];
export type Raw = Readonly<Record<string, unknown>>;

export interface OutlineTransition {
  readonly path: Path;
  readonly condition: string;
  readonly parsed: ParsedCondition;
  readonly target: string;
}

export interface OutlineNode {
  readonly path: Path;
  readonly id: string;
  readonly type: string;
  /** In evaluation order. */
  readonly transitions: readonly OutlineTransition[];
  readonly raw: Raw;
}

export interface OutlineGlobal {
  readonly path: Path;
  readonly target: string;
  readonly activeFrom: readonly string[] | null;
  readonly excludedFrom: readonly string[];
}

/**
 * The readable parts of a document that may be wrong anywhere: fields of a wrong type are left out (the shape check reports them), so the
 * semantic checks still run and an author sees every issue at once.
 */
export interface Outline {
  readonly settings: Raw;
  readonly initialNode: string | null;
  readonly nodes: readonly OutlineNode[];
  /** First node of each id. */
  readonly byId: ReadonlyMap<string, OutlineNode>;
  readonly globals: readonly OutlineGlobal[];
  readonly maxTransitions: number;
}

export function isRecord(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function recordOf(value: unknown): Raw {
  return isRecord(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textsOf(value: unknown): string[] {
  return listOf(value).filter((item) => typeof item === "string");
}

/** The text unless it is blank, else null. */
export function wordsOf(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value : null;
}

export function readOutline(input: unknown): Outline {
  const settings = recordOf(recordOf(input).workflow);
  const nodes = listOf(settings.nodes).flatMap((raw, index) => readNode(raw, ["workflow", "nodes", index]));
  const byId = new Map<string, OutlineNode>();
  for (const node of nodes) if (!byId.has(node.id)) byId.set(node.id, node);
  const limit = settings.max_transitions;
  return {
    settings,
    initialNode: wordsOf(settings.initial_node),
    nodes,
    byId,
    globals: readGlobals(settings),
    maxTransitions: typeof limit === "number" && limit >= 1 ? limit : 50,
  };
}

function readNode(raw: unknown, path: Path): OutlineNode[] {
  if (!isRecord(raw) || typeof raw.id !== "string") return [];
  const transitions = listOf(raw.transitions)
    .flatMap((item, index) => readTransition(item, [...path, "transitions", index]))
    .sort((a, b) => a.priority - b.priority);
  const type = typeof raw.type === "string" ? raw.type : "standard";
  return [{ path, id: raw.id, type, transitions, raw }];
}

function readTransition(raw: unknown, path: Path): (OutlineTransition & { priority: number })[] {
  if (!isRecord(raw) || typeof raw.condition !== "string" || typeof raw.target !== "string") return [];
  const priority = typeof raw.priority === "number" ? raw.priority : 0;
  return [{ path, condition: raw.condition, parsed: parseCondition(raw.condition), target: raw.target, priority }];
}

function readGlobals(settings: Raw): OutlineGlobal[] {
  if (recordOf(settings.global_intent_config).enabled === false) return [];
  return Object.entries(recordOf(settings.global_intents)).flatMap(([id, raw]) => {
    if (!isRecord(raw) || typeof raw.target_node !== "string") return [];
    return [
      {
        path: ["workflow", "global_intents", id],
        target: raw.target_node,
        activeFrom: Array.isArray(raw.active_from_nodes) ? textsOf(raw.active_from_nodes) : null,
        excludedFrom: textsOf(raw.excluded_from_nodes),
      },
    ];
  });
}

/** Texts of `on_entry` or `on_exit` with their paths. */
export function actionsOf(node: OutlineNode, phase: "on_entry" | "on_exit"): { path: Path; text: string }[] {
  return listOf(recordOf(node.raw.actions)[phase]).flatMap((text, index) =>
    typeof text === "string" ? [{ path: [...node.path, "actions", phase, index], text }] : [],
  );
}

/** True when the node has a condition of this type. */
function hasCondition(node: OutlineNode, type: string): boolean {
  return node.transitions.some(({ parsed }) => parsed.ok && parsed.condition.type === type);
}

/** True when a session can stay in the node between two messages. */
export function canRest(node: OutlineNode): boolean {
  if (node.type === "end_call" || node.type === "agent_transfer") return false;
  return node.type !== "standard" || !hasCondition(node, "always");
}
