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

export type AgentNames = (tenantId: string, agentId: string) => Promise<string>;

const NAME_TTL_MS = 5_000;
const MAX_NAMES = 10_000;

/**
 * Names of agents for the public view of a link. Kept a few seconds: a link is resolved far more often than an agent is
 * renamed, and the name is the only thing this service needs from the agents.
 */
export function createAgentNames(bus: Bus): AgentNames {
  const kept = new Map<string, { name: string; until: number }>();
  return async (tenantId, agentId) => {
    const now = performance.now();
    const known = kept.get(agentId);
    if (known && known.until > now) return known.name;
    const principal: Principal = { tenantId, role: "viewer", via: "token", id: "links" };
    const { name } = await requireAgent(bus, principal, agentId);
    // Insertion order is age: dropping the first entry keeps the map bounded without a timer.
    kept.delete(agentId);
    const [oldest] = kept.keys();
    if (kept.size >= MAX_NAMES && oldest !== undefined) kept.delete(oldest);
    kept.set(agentId, { name, until: now + NAME_TTL_MS });
    return name;
  };
}
