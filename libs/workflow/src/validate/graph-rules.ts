import type { Condition } from "../conditions.js";
import { buildGraph, findCycles, type Graph, isInScope, longestWay } from "./graph.js";
import type { Issue } from "./issue.js";
import { actionsOf, canRest, type Outline, type OutlineNode, type Path } from "./outline.js";

const warning = (path: Path, code: string, message: string): Issue => ({ path, code, message, severity: "warning" });

/** Rules that need the whole graph: ends, reachability, automatic cycles, counters that never fire, dead ends. */
export function checkGraph(outline: Outline): Issue[] {
  const graph = buildGraph(outline);
  const guarded = guardCanFire(outline, graph);
  return [
    ...checkEnd(outline, guarded),
    ...checkReachable(outline, graph, guarded),
    ...checkAutomaticCycles(outline),
    ...outline.nodes.flatMap(checkCounters),
    ...checkExits(outline),
  ];
}

/** The loop guard needs a cycle, or a path longer than the limit. */
function guardCanFire({ byId, initialNode, maxTransitions }: Outline, { edges, reachable }: Graph): boolean {
  if (initialNode === null || !byId.has(initialNode)) return false;
  if (findCycles([...reachable], (id) => edges.get(id) ?? []).length > 0) return true;
  return longestWay(initialNode, edges) > maxTransitions;
}

function checkEnd({ nodes }: Outline, guarded: boolean): Issue[] {
  if (!guarded || nodes.some(({ type }) => type === "end_call")) return [];
  const message = "the session can reach max_transitions, which leads to an end_call node, and there is none";
  return [{ path: ["workflow", "nodes"], code: "missing_end_call", message, severity: "error" }];
}

function checkReachable({ nodes, initialNode }: Outline, { reachable }: Graph, guarded: boolean): Issue[] {
  // Without a start everything is unreachable, which the error about the start explains better.
  if (initialNode === null || reachable.size === 0) return [];
  const guardTarget = guarded ? nodes.find(({ type }) => type === "end_call")?.id : undefined;
  return nodes
    .filter(({ id }) => !reachable.has(id) && id !== guardTarget)
    .map(({ path }) => warning(path, "unreachable_node", "no way leads to this node"));
}

/** Where an automatic node can go without the user: its transitions up to the first that always fires. */
function automaticTargets(node: OutlineNode): string[] {
  if (["end_call", "escalate", "agent_transfer"].includes(node.type)) return [];
  if (node.type === "standard" && canRest(node)) return [];
  const last = node.transitions.findIndex(({ parsed }) => parsed.ok && parsed.condition.type === "always");
  return node.transitions.slice(0, last < 0 ? undefined : last + 1).map(({ target }) => target);
}

function checkAutomaticCycles({ byId }: Outline): Issue[] {
  const targets = new Map([...byId.values()].map((node) => [node.id, automaticTargets(node)]));
  return findCycles([...byId.keys()], (id) => targets.get(id) ?? []).flatMap((group) => {
    const first = byId.get(group[0] ?? "");
    const message = "these nodes can follow each other without the user until max_transitions";
    return first ? [warning(first.path, "automatic_cycle", `${message}: ${group.length} in the cycle`)] : [];
  });
}

function checkCounters(node: OutlineNode): Issue[] {
  const conditions = node.transitions.flatMap(({ path, parsed }) =>
    parsed.ok ? [{ path, condition: parsed.condition }] : [],
  );
  return conditions
    .filter(({ condition }, index) => {
      if (condition.type !== "max_turns") return false;
      const earlier = conditions.slice(0, index).map((entry) => entry.condition);
      const passesThrough = node.type === "standard" && !canRest(node);
      return passesThrough || earlier.some((other) => firesBefore(other, condition.turns));
    })
    .map(({ path }) => warning([...path, "condition"], "dead_counter", "another condition always fires first"));
}

function firesBefore(other: Condition, turns: number): boolean {
  if (other.type === "always" || other.type === "user_responded") return true;
  return other.type === "max_turns" && other.turns <= turns;
}

function checkExits({ nodes, globals }: Outline): Issue[] {
  return nodes
    .filter((node) => canRest(node) && node.transitions.length === 0)
    .filter((node) => !globals.some((intent) => isInScope(intent, node) && intent.target !== node.id))
    .filter((node) => !actionsOf(node, "on_entry").some(({ text }) => text.trim() === "hangup"))
    .map(({ path }) => warning(path, "no_exit", "the session waits here and can never leave"));
}
