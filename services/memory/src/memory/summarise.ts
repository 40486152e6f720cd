import { logLevelFor } from "@parley/db";
import { ModelError, type ModelUsage } from "@parley/llm";
import { memoryAddressAad, subjectOf } from "@parley/secrets";
import type { MemoryDeps } from "../deps.js";
import { countSummary } from "./count-summary.js";
import { asSummary, mergePrompt } from "./merge-prompt.js";
import {
  type Claim,
  claimPerson,
  claimSummary,
  type Part,
  readExchanges,
  releaseParts,
  releasePerson,
  storeSummary,
} from "./repository.js";

/** Longer than the slowest model call (120 s in all), so that a live summary is never claimed by another replica. */
const CLAIM_MS = 180_000;
/** After a failure: long enough for a model to recover, short compared with the pace of a conversation. */
const RETRY_AFTER_MS = 60_000;
/** Delay while another conversation of the same person is merged. */
const BUSY_MS = 1_000;

/** `none`: nothing was due here, or another replica works on it. `busy`: another conversation of the person is being merged. */
type SummaryOutcome = "none" | "stored" | "busy" | "failed";

/**
 * Updates the memory of a session's person when due. Idempotent by the exchanges covered, which may be
 * of several conversations: each trigger is stored once. Never throws for a failing model: the chat must not notice, and the poll retries.
 */
export const summarise =
  (deps: MemoryDeps) =>
  async (at: { tenantId: string; sessionId: string }, signal: AbortSignal): Promise<SummaryOutcome> => {
    const every = deps.config.MEMORY_SUMMARY_EVERY;
    const claim = await claimSummary(deps.db, { ...at, every, claimMs: CLAIM_MS });
    if (claim === null) return "none";
    const { parts } = claim;
    const release = (afterMs: number) => releaseParts(deps.db, { tenantId: at.tenantId, parts, afterMs });
    try {
      const outcome = await mergeForPerson(deps, { tenantId: at.tenantId, claim, signal });
      if (outcome === "busy") await release(BUSY_MS);
      return outcome;
    } catch (error) {
      const { conversation_id: conversationId, after } = newest(claim);
      deps.logger[logLevelFor(error)]({ err: error, conversationId, after }, "memory.deferred");
      await release(signal.aborted ? 0 : RETRY_AFTER_MS);
      return "failed";
    }
  };

/** The part that a summary is filed under. */
const newest = ({ parts }: Claim): Part => parts.at(-1) ?? parts[0];

interface MergeJob {
  tenantId: string;
  claim: Claim;
  signal: AbortSignal;
}

async function mergeForPerson(deps: MemoryDeps, job: MergeJob): Promise<"stored" | "busy"> {
  const { claim, tenantId } = job;
  const { hash, email } = subjectOf(deps.secrets, tenantId, claim.email);
  const person = { tenantId, agentId: claim.agent_id, subjectHash: hash };
  const addressSealed = deps.secrets.seal(email, memoryAddressAad(tenantId, person));
  const known = await claimPerson(deps.db, { ...person, addressSealed, claimMs: CLAIM_MS });
  if (known === null) return "busy";
  const { revision } = known;
  try {
    const summary = await merge(deps, job, known.summary);
    const outcome = await storeSummary(deps.db, {
      ...person,
      parts: claim.parts,
      sessionId: newest(claim).session_id,
      summary,
      revision,
    });
    // Only after a claim has expired: somebody else wrote a change that this merge has not seen.
    if (outcome === "stale") return "busy";
    if (outcome === "done" || summary === null) await releasePerson(deps.db, { ...person, revision });
    return "stored";
  } catch (error) {
    await releasePerson(deps.db, { ...person, revision });
    throw error;
  }
}

/** Null = the exchanges were removed. */
async function merge(deps: MemoryDeps, job: MergeJob, summary: string | null): Promise<string | null> {
  const { claim, tenantId, signal } = job;
  const exchanges = await readExchanges(deps.db, { tenantId, parts: claim.parts });
  if (exchanges.length === 0) return null;
  const prompt = mergePrompt({ agentName: claim.agent_name, summary, exchanges });
  // Recorded before the answer is processed: the usage counts whatever happens to the answer.
  const count = (usage: ModelUsage, model: string) =>
    countSummary(deps, { tenantId, conversationId: newest(claim).conversation_id, model, usage });
  const { text } = await deps.model.reply(prompt, { signal }).then(
    async (answer) => {
      await count(answer.usage, answer.model);
      return answer;
    },
    async (error: unknown) => {
      if (error instanceof ModelError && error.usage !== undefined) await count(error.usage, deps.model.name);
      throw error;
    },
  );
  const merged = asSummary(text);
  if (merged === "") throw new Error("the model gave an empty summary");
  return merged;
}
