import type { Bus } from "@parley/bus";
import { AppError, agentActivated, resolveAgent } from "@parley/contracts";

export interface FrozenAgent {
  agentId: string;
  agentName: string;
  version: number;
  isActive: boolean;
}

const TTL_MS = 5_000;
const MAX_ENTRIES = 5_000;

/**
 * The version a new session freezes. Kept for seconds, because many sessions start on the same agent, and forgotten when a
 * version is activated. Throws `agent_not_found`, `version_not_found` or `agent_has_no_version`.
 */
export function createAgentResolver(
  bus: Bus,
): (tenantId: string, agentId: string, version: number | null) => Promise<FrozenAgent> {
  const known = new Map<string, { agent: FrozenAgent; until: number }>();
  bus.listen(agentActivated, async ({ agentId }) => {
    for (const key of known.keys()) if (key.includes(agentId)) known.delete(key);
  });
  return async (tenantId, agentId, version) => {
    const key = `${tenantId}/${agentId}/${version ?? "active"}`;
    const hit = known.get(key);
    if (hit && hit.until > performance.now()) return hit.agent;
    const found = await bus.call(resolveAgent, { tenantId, agentId, version });
    if (found.status === "error") throw new AppError(found.code);
    if (known.size >= MAX_ENTRIES) known.clear();
    known.set(key, { agent: found, until: performance.now() + TTL_MS });
    return found;
  };
}
