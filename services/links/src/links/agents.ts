import type { Bus } from "@parley/bus";
import { type AgentView, AppError, getAgent, type Principal, resolveAgent } from "@parley/contracts";

/** The agent an owner names by id or slug. Throws `agent_not_found`, also for another tenant's agent. */
export async function requireAgent(bus: Bus, principal: Principal, agent: string): Promise<AgentView> {
  return (await bus.call(getAgent, { principal, agent })).agent;
}

/** Refuses a pinned version the agent does not have. Throws `version_not_found`. */
export async function requireVersion(bus: Bus, agent: AgentView, version: number): Promise<void> {
  const found = await bus.call(resolveAgent, { tenantId: agent.tenant_id, agentId: agent.id, version });
  if (found.status === "error") throw new AppError(found.code);
}

/** What a link shows about its agent. */
export interface AgentShown {
  name: string;
  description: string | null;
  /** It has an active version. */
  ready: boolean;
}
export type AgentsShown = (tenantId: string, agentId: string) => Promise<AgentShown>;

const NAME_TTL_MS = 5_000;
const MAX_NAMES = 10_000;

/**
 * What the public view of a link shows about its agent. Cached for a few seconds: a link is resolved far more often than an agent is
 * renamed, and this is the only thing the service needs from the agents.
 */
export function createAgentsShown(bus: Bus): AgentsShown {
  const kept = new Map<string, { agent: AgentShown; until: number }>();
  return async (tenantId, agentId) => {
    const now = performance.now();
    const known = kept.get(agentId);
    if (known && known.until > now) return known.agent;
    const principal: Principal = { tenantId, role: "viewer", via: "token", id: "links" };
    const { name, description, active_version } = await requireAgent(bus, principal, agentId);
    const agent = { name, description, ready: active_version !== null };
    // Not cached: the owner waits for the first version and checks at once.
    if (!agent.ready) return agent;
    // Insertion order is age: dropping the first entry keeps the map bounded without a timer.
    kept.delete(agentId);
    const [oldest] = kept.keys();
    if (kept.size >= MAX_NAMES && oldest !== undefined) kept.delete(oldest);
    kept.set(agentId, { agent, until: now + NAME_TTL_MS });
    return agent;
  };
}
