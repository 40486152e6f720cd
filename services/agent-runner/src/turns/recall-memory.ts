import type { Bus } from "@parley/bus";
import { recall } from "@parley/contracts";
import type { AcquiredSession } from "../repository/turns.js";
import type { CachedSession } from "./session-cache.js";

/** How long a remembered block serves before it is asked for again. */
const FRESH_MS = 60_000;

/**
 * The remembered block for a confirmed person, or null. Memory must never delay or break a chat: a failure or a slow answer means
 * that this turn goes without it.
 */
export async function recallMemory(
  bus: Bus,
  tenantId: string,
  session: AcquiredSession,
  cached: CachedSession["memory"],
): Promise<CachedSession["memory"]> {
  const { email } = session.participant;
  if (!session.participant_verified || email === undefined) return null;
  if (cached && performance.now() - cached.readAt < FRESH_MS) return cached;
  try {
    const { summary, notes } = await bus.call(recall, { tenantId, agentId: session.agent_id, email });
    const block = [summary, notes].filter((text) => text !== null && text !== "").join("\n");
    return { block: block === "" ? null : block, readAt: performance.now() };
  } catch {
    return cached;
  }
}
