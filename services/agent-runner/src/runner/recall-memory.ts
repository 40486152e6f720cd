import { createHash } from "node:crypto";
import type { Bus } from "@parley/bus";
import { recall } from "@parley/contracts";
import type { AcquiredSession } from "./repository/turns.js";

/** A cached copy of what is remembered about a person. */
export interface KnownMemory {
  block: string | null;
  /** The key under which the memory is stored, to check whether the copy is current. */
  subject: string | undefined;
  /** As returned by `memory_version`. */
  version: string;
}

/** Nothing is remembered, or no longer. */
const NOTHING = versionOf(null, null);

/**
 * The remembered block for a confirmed person, or null. Memory must never delay or break a chat: after a failure or a slow answer
 * this turn runs without it. A copy that the database reports as out of date is never used: corrections and deletions hold.
 *
 * @param current version that came with the lease; null = it was not requested
 */
export async function recallMemory(
  bus: Bus,
  at: { tenantId: string; session: AcquiredSession; current: string | null },
  known: KnownMemory | null,
): Promise<KnownMemory | null> {
  const { tenantId, session, current } = at;
  const { email } = session.participant;
  if (!session.participant_verified || email === undefined) return null;
  if (known && known.version === current) return known;
  if (known && current === NOTHING) return { ...known, block: null, version: NOTHING };
  try {
    const { summary, notes, subject } = await bus.call(recall, { tenantId, agentId: session.agent_id, email });
    const block = [summary, notes].filter((text) => text !== null && text !== "").join("\n");
    return { block: block === "" ? null : block, subject, version: versionOf(summary, notes) };
  } catch {
    return current === null ? known : null;
  }
}

function versionOf(summary: string | null, notes: string | null): string {
  return createHash("sha256")
    .update(`${summary ?? ""}\u0001${notes ?? ""}`)
    .digest("hex");
}
