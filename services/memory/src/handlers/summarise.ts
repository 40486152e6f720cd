import type { MemoryDeps } from "../deps.js";
import { asSummary, mergePrompt } from "../merge-prompt.js";
import {
  type Claim,
  claimSummary,
  readExchanges,
  readMemory,
  releaseClaim,
  storeSummary,
} from "../repository/memory.js";
import { type Subject, subjectOf } from "../subject.js";

/** Longer than the slowest model call (120 s in all), so that a live summary is never claimed by another replica. */
const CLAIM_MS = 180_000;
/** After a failure: long enough for a model to come back, short beside the pace of a conversation. */
const RETRY_AFTER_MS = 60_000;
/** Merges that lose against another conversation of the same person in a row. */
const MAX_MERGES = 5;

/** `none`: nothing was due here, or another replica is at it. */
export type SummaryOutcome = "none" | "stored" | "failed";

/**
 * Brings the memory of a session's person up to date, when it is due. Idempotent by (conversation, exchanges covered): each
 * trigger is stored once. Never throws for a failing model: the chat must not notice, and the poll comes back to it.
 */
export const summarise =
  (deps: MemoryDeps) =>
  async (at: { tenantId: string; sessionId: string }, signal: AbortSignal): Promise<SummaryOutcome> => {
    const every = deps.config.MEMORY_SUMMARY_EVERY;
    const claim = await claimSummary(deps.db, { ...at, every, claimMs: CLAIM_MS });
    if (claim === null) return "none";
    const { conversation_id: conversationId, after } = claim;
    try {
      await mergeUntilStored(deps, { tenantId: at.tenantId, claim, signal });
      return "stored";
    } catch (error) {
      deps.logger.warn({ err: error, conversationId, after }, "memory.deferred");
      await releaseClaim(deps.db, {
        tenantId: at.tenantId,
        conversationId,
        after,
        afterMs: signal.aborted ? 0 : RETRY_AFTER_MS,
      });
      return "failed";
    }
  };

async function mergeUntilStored(
  deps: MemoryDeps,
  job: { tenantId: string; claim: Claim; signal: AbortSignal },
): Promise<void> {
  const { claim, tenantId } = job;
  const subject = subjectOf(deps.secrets, tenantId, claim.email);
  const exchanges = await readExchanges(deps.db, {
    tenantId,
    conversationId: claim.conversation_id,
    after: claim.after,
    limit: deps.config.MEMORY_SUMMARY_EVERY,
  });
  if (exchanges.length === 0) throw new Error("the exchanges to summarise are gone");
  for (let merges = 1; ; merges += 1) {
    const outcome = await mergeOnce(deps, { ...job, subject, exchanges });
    if (outcome !== "stale") return;
    if (merges >= MAX_MERGES) throw new Error("the memory kept changing");
  }
}

async function mergeOnce(
  deps: MemoryDeps,
  job: {
    tenantId: string;
    claim: Claim;
    signal: AbortSignal;
    subject: Subject;
    exchanges: { visitor: string; agent: string }[];
  },
) {
  const { claim, subject, tenantId } = job;
  const at = { tenantId, agentId: claim.agent_id, subjectHash: subject.hash };
  const known = await readMemory(deps.db, at);
  const request = mergePrompt({
    agentName: claim.agent_name,
    summary: known?.summary ?? null,
    exchanges: job.exchanges,
  });
  const { text } = await deps.model.reply(request, { signal: job.signal });
  const summary = asSummary(text);
  if (summary === "") throw new Error("the model gave an empty summary");
  return storeSummary(deps.db, {
    ...at,
    conversationId: claim.conversation_id,
    addressSealed: deps.secrets.seal(subject.email, `memories:${tenantId}:${claim.agent_id}:${subject.hash}`),
    summary,
    revision: known?.revision ?? null,
    after: claim.after,
    through: claim.after + deps.config.MEMORY_SUMMARY_EVERY,
  });
}
