import type { resolveAgent } from "@parley/contracts";
import type { z } from "zod";

export type Resolved = z.input<typeof resolveAgent.response>;

/** An agent and the version asked for; null = the active one. */
interface ResolveQuestion {
  tenantId: string;
  agentId: string;
  version: number | null;
}

const TTL_MS = 3_000;
const MAX_AGENTS = 10_000;

export interface ResolvedAgents {
  get(question: ResolveQuestion): Resolved | undefined;
  /** Read before the query and passed to `put`: an answer older than an activation is not cached. */
  generation(): number;
  put(question: ResolveQuestion, resolved: Resolved, generation: number): void;
  /** Drops the cached answers for an agent. */
  drop(agentId: string): void;
  /** Drops everything, because events may have been missed. */
  clear(): void;
}

/**
 * Answers of `agents.resolve`, cached for three seconds. The event of an activation drops them at once; the time limit
 * only bounds the effect of a lost event. Bounded by count; no timers.
 */
export function createResolvedAgents(): ResolvedAgents {
  const agents = new Map<string, { tenantId: string; until: number; versions: Map<number | null, Resolved> }>();
  let generation = 0;
  return {
    get({ tenantId, agentId, version }) {
      const kept = agents.get(agentId);
      return kept && kept.tenantId === tenantId && kept.until > performance.now()
        ? kept.versions.get(version)
        : undefined;
    },
    generation: () => generation,
    put({ tenantId, agentId, version }, resolved, readIn) {
      if (readIn !== generation) return;
      const now = performance.now();
      const kept = agents.get(agentId);
      if (kept && kept.tenantId === tenantId && kept.until > now) {
        kept.versions.set(version, resolved);
        return;
      }
      // Insertion order is age: the first entry is the oldest.
      agents.delete(agentId);
      const [oldest] = agents.keys();
      if (agents.size >= MAX_AGENTS && oldest !== undefined) agents.delete(oldest);
      agents.set(agentId, { tenantId, until: now + TTL_MS, versions: new Map([[version, resolved]]) });
    },
    drop(agentId) {
      generation += 1;
      agents.delete(agentId);
    },
    clear() {
      generation += 1;
      agents.clear();
    },
  };
}
