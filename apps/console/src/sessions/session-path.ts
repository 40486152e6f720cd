import type { TracedTurn } from "../api/answers.js";

/** Steps in which a node was active, 1 = the first. */
export type Visits = number[];

interface Step {
  node: string;
  turn: number;
  /** What led there; null for the node that the session began with. */
  condition: string | null;
}

interface Path {
  way: Step[];
  visits: Map<string, Visits>;
  /** Transitions taken: `from condition to`. */
  taken: Set<string>;
  /** Where the session is, or ended. */
  last: string | null;
  transferred: boolean;
}

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** The path of a session, from the trace of its turns. Turns that stay at their node add no step. */
export function pathOf(turns: readonly TracedTurn[]): Path {
  const way: Step[] = [];
  const taken = new Set<string>();
  let transferred = false;
  for (const { turn, nodes, transitions } of turns) {
    const [start] = nodes;
    if (way.length === 0 && start !== undefined) way.push({ node: start, turn, condition: null });
    for (const { from_node, to_node, condition } of transitions) {
      const [from, to] = [textOf(from_node), textOf(to_node)];
      if (from === null || to === null) continue;
      taken.add(`${from} ${textOf(condition)} ${to}`);
      transferred ||= condition === "agent_transfer";
      way.push({ node: to, turn, condition: textOf(condition) });
    }
  }
  const visits = new Map<string, Visits>();
  for (const [index, { node }] of way.entries()) visits.set(node, [...(visits.get(node) ?? []), index + 1]);
  return { way, visits, taken, last: way.at(-1)?.node ?? null, transferred };
}
