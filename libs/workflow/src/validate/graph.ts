import { canRest, type Outline, type OutlineGlobal, type OutlineNode } from "./outline.js";

/** Nodes as a graph: ids and, for each, where a session may go from there. */
export interface Graph {
  readonly edges: ReadonlyMap<string, readonly string[]>;
  readonly reachable: ReadonlySet<string>;
}

export function isInScope({ activeFrom, excludedFrom }: OutlineGlobal, node: OutlineNode): boolean {
  return (activeFrom === null || activeFrom.includes(node.id)) && !excludedFrom.includes(node.id);
}

/** Transitions, and global intents from every node where a session can receive a message. */
export function buildGraph({ byId, globals, initialNode }: Outline): Graph {
  const edges = new Map<string, string[]>();
  for (const node of byId.values()) {
    const targets =
      node.type === "end_call" || node.type === "agent_transfer" ? [] : node.transitions.map(({ target }) => target);
    const jumps = canRest(node) ? globals.filter((intent) => isInScope(intent, node)).map(({ target }) => target) : [];
    edges.set(
      node.id,
      [...targets, ...jumps].filter((target) => byId.has(target)),
    );
  }
  return { edges, reachable: reach(initialNode !== null && edges.has(initialNode) ? [initialNode] : [], edges) };
}

/** The given nodes and everything reachable from them. */
export function reach(starts: readonly string[], edges: ReadonlyMap<string, readonly string[]>): Set<string> {
  const seen = new Set<string>();
  const open = [...starts];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    for (const target of edges.get(id) ?? []) if (!seen.has(target)) open.push(target);
  }
  return seen;
}

/**
 * Groups of nodes that lie on a common cycle, each in the order of `ids` (Tarjan's strongly connected components, iterative: a long chain
 * of nodes must not exhaust the stack).
 */
export function findCycles(ids: readonly string[], edgesOf: (id: string) => readonly string[]): string[][] {
  const members = new Set(ids);
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const groups: string[][] = [];
  const lower = (id: string, value: number) => low.set(id, Math.min(low.get(id) ?? value, value));

  const open = (id: string) => {
    order.set(id, order.size);
    low.set(id, order.size - 1);
    stack.push(id);
    onStack.add(id);
    return { id, targets: edgesOf(id).filter((target) => members.has(target)), next: 0 };
  };
  const close = (id: string) => {
    if (low.get(id) !== order.get(id)) return;
    const group = stack.splice(stack.lastIndexOf(id));
    for (const member of group) onStack.delete(member);
    if (group.length > 1 || edgesOf(id).includes(id)) groups.push(ids.filter((member) => group.includes(member)));
  };
  for (const root of ids) {
    if (order.has(root)) continue;
    const frames = [open(root)];
    for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
      const target = frame.targets[frame.next];
      frame.next += 1;
      if (target === undefined) {
        close(frame.id);
        frames.pop();
        const parent = frames.at(-1);
        if (parent) lower(parent.id, low.get(frame.id) ?? 0);
      } else if (!order.has(target)) {
        frames.push(open(target));
      } else if (onStack.has(target)) {
        lower(frame.id, order.get(target) ?? 0);
      }
    }
  }
  return groups;
}

/** Number of transitions on the longest path from `start`; the nodes it reaches must not contain a cycle. */
export function longestWay(start: string, edges: ReadonlyMap<string, readonly string[]>): number {
  const length = new Map<string, number>();
  const frames = [start];
  for (let id = frames.at(-1); id !== undefined; id = frames.at(-1)) {
    const missing = (edges.get(id) ?? []).filter((target) => !length.has(target));
    if (missing.length > 0) {
      frames.push(...missing);
      continue;
    }
    length.set(id, Math.max(0, ...(edges.get(id) ?? []).map((target) => (length.get(target) ?? 0) + 1)));
    frames.pop();
  }
  return length.get(start) ?? 0;
}
