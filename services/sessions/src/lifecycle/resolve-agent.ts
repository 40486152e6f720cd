import type { Bus } from "@parley/bus";
import { AppError, agentActivated, cachesDropped, type LinkPolicy, resolveAgent } from "@parley/contracts";
import type { z } from "zod";

export interface FrozenAgent {
  agentId: string;
  agentName: string;
  version: number;
  isActive: boolean;
}

const TTL_MS = 5_000;
const MAX_ENTRIES = 5_000;

/**
 * The version that a new session is pinned to. Cached for seconds, because many sessions start on the same agent, and dropped when a
 * version is activated. Throws `agent_not_found`, `version_not_found` or `agent_has_no_version`.
 */
export function createAgentResolver(
  bus: Bus,
): (tenantId: string, agentId: string, version: number | null) => Promise<FrozenAgent> {
  const known = new Map<string, { agent: FrozenAgent; until: number }>();
  /** Pending requests: concurrent session starts share one. */
  const asked = new Map<string, Promise<FrozenAgent>>();
  /** The id of an agent, or of a tenant for all of its agents. */
  const forget = (id: string): void => {
    for (const key of known.keys()) if (key.includes(id)) known.delete(key);
    for (const key of asked.keys()) if (key.includes(id)) asked.delete(key);
  };
  bus.listen(agentActivated, async ({ agentId }) => forget(agentId));
  bus.listen(cachesDropped, async ({ tenantId, agentId }) => forget(agentId ?? tenantId));
  const ask = (key: string, question: z.input<typeof resolveAgent.request>): Promise<FrozenAgent> => {
    const asking = bus.call(resolveAgent, question).then((found) => {
      if (found.status === "error") throw new AppError(found.code);
      // An answer older than an activation is returned to the waiting callers but not cached.
      if (asked.get(key) === asking) {
        if (known.size >= MAX_ENTRIES) known.clear();
        known.set(key, { agent: found, until: performance.now() + TTL_MS });
      }
      return found;
    });
    asked.set(key, asking);
    const over = (): void => {
      if (asked.get(key) === asking) asked.delete(key);
    };
    asking.then(over, over);
    return asking;
  };
  return async (tenantId, agentId, version) => {
    const key = `${tenantId}/${agentId}/${version ?? "active"}`;
    const hit = known.get(key);
    if (hit && hit.until > performance.now()) return hit.agent;
    return asked.get(key) ?? ask(key, { tenantId, agentId, version });
  };
}

/** Seconds after which a visitor may retry; somebody has to activate a version first. */
const RETRY_SECONDS = 60;

/** The version for a visitor's session. Throws `agent_unavailable` when none is active: visitors must not see what the owner has to do. */
export async function agentForVisitor(
  resolve: ReturnType<typeof createAgentResolver>,
  link: Pick<LinkPolicy, "tenantId" | "agentId" | "agentVersion">,
): Promise<FrozenAgent> {
  try {
    return await resolve(link.tenantId, link.agentId, link.agentVersion);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "agent_has_no_version") throw error;
    throw new AppError("agent_unavailable", { cause: error, retryAfterSeconds: RETRY_SECONDS });
  }
}
