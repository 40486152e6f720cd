import { contentRemoved, GATEWAYS_KEY } from "@parley/contracts";
import { subjectOf as memorySubject } from "@parley/secrets";
import type { CleanupDeps } from "../deps.js";
import type { Job } from "../jobs/job.js";
import { sendWaiting } from "../jobs/send-stragglers.js";
import { type ReceiptBody, signReceipt } from "./receipt.js";
import {
  beginAgain,
  type Claim,
  claimErasure,
  countErased,
  type ErasureRow,
  erasedSessionIds,
  eraseFromStore,
  eraseSessions,
  findSessions,
  finishErasure,
  noteMemory,
  noteSubject,
  putOff,
  readClaimed,
  scanSessions,
  searchErased,
  sessionPerson,
  stepDone,
} from "./repository.js";
import { resolveAddress } from "./resolve-address.js";
import { CHECKS, OF_A_SESSION, STEPS, type StepName } from "./steps.js";
import { openSubject, sealSubject } from "./subject.js";

/** How long a claim keeps an erasure from other workers after a crash; each batch renews it. */
const CLAIM_SECONDS = 20;
/** One batch is one transaction, and a session may have thousands of rows. */
const SESSIONS = 20;
const SCANNED = 2_000;
const ROWS = 500;
/** Batches between two claims: a stop of the process waits for at most these. */
const BATCHES = 50;
const RETRY_SECONDS = 5;

/** A runner that works on a turn of a session learns within this time that the session is over. */
const SETTLE_SECONDS = 6;

/** Not a failure: the step must wait. */
class NotYet extends Error {}

interface Work {
  at: Claim;
  row: ErasureRow;
  /** The address or the session's id; null = no longer known. */
  subject: string | null;
}

/**
 * Processes erasures, one batch per transaction. After a crash whole batches are done, and whoever claims the erasure next continues:
 * every batch can be repeated, and the numbers of the receipt are counted in the transactions that remove data.
 */
export function erasePeople(deps: CleanupDeps): Job {
  const total = deps.metrics.counter("erasures_done_total", "Erasures that were done and found clean");
  return {
    name: "erasures",
    intervalMs: deps.config.ERASURE_INTERVAL_SECONDS * 1_000,
    due: { work: "erasures" },
    batch: 1,
    async step() {
      const at = await claimErasure(deps.db, CLAIM_SECONDS);
      if (at === null) return { taken: 0, handled: 0 };
      try {
        const done = await workOff(deps, at);
        if (done) total.inc();
        return { taken: 1, handled: done ? 1 : 0 };
      } catch (error) {
        // Other erasures continue meanwhile.
        await putOff(deps.db, at, error instanceof NotYet ? 1 : RETRY_SECONDS).catch(() => false);
        if (error instanceof NotYet) return { taken: 1, handled: 0 };
        throw error;
      }
    },
  };
}

/** Continues an erasure for at most `BATCHES` batches; true = it is done. */
async function workOff(deps: CleanupDeps, at: Claim): Promise<boolean> {
  const row = await readClaimed(deps.db, at);
  if (row === null) return false;
  const subject = await subjectOf(deps, at, row);
  const work: Work = { at, row, subject };
  let { step } = row;
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const name = STEPS[step];
    if (name === undefined || name === "search") return finish(deps, work);
    const more = (row.kind === "email" || OF_A_SESSION.includes(name)) && (await runStep(deps, work, name));
    if (more) continue;
    step += 1;
    if (!(await stepDone(deps.db, at, step))) return false;
  }
  await putOff(deps.db, at, 0);
  return false;
}

/** The address or the session's id. After a restore the address is not stored: it is searched among the restored ones. */
async function subjectOf(deps: CleanupDeps, at: Claim, row: ErasureRow): Promise<string | null> {
  if (row.subject_sealed !== null) return openSubject(deps.secrets, at, row.subject_sealed);
  if (row.kind === "session") return null;
  const email = await resolveAddress(deps, row);
  if (email !== null) await noteSubject(deps.db, at, sealSubject(deps.secrets, at, { kind: "email", email }));
  return email;
}

/** One batch of a step; true = there is more. */
async function runStep(deps: CleanupDeps, { at, row, subject }: Work, name: StepName): Promise<boolean> {
  const { db } = deps;
  switch (name) {
    case "find":
      if (row.kind === "session" && subject !== null) await noteItsMemory(deps, at, subject);
      await findSessions(db, at, subject);
      return false;
    case "scan":
      return scanSessions(db, at, subject, SCANNED);
    case "sessions":
      return eraseSessionBatch(deps, at);
    case "live":
      return eraseLive(deps, at);
    case "facts":
      return eraseFacts(deps, at);
    default:
      return (await eraseFromStore(db, at, { store: name, address: subject, limit: ROWS })) >= ROWS;
  }
}

/** The content of one session cannot be removed from a summary, so the memory that contains it is erased as well. */
async function noteItsMemory({ db, secrets }: CleanupDeps, at: Claim, sessionId: string): Promise<void> {
  const person = await sessionPerson(db, at, sessionId);
  if (person === null) return;
  const { hash } = memorySubject(secrets, at.tenantId, person.email);
  await noteMemory(db, at, { hash, agentId: person.agent_id });
}

async function eraseSessionBatch(deps: CleanupDeps, at: Claim): Promise<boolean> {
  const { taken, ended, session_ids: sessionIds } = await eraseSessions(deps.db, at, SESSIONS);
  if (taken > 0) {
    // The step `live` ensures it; this removes the text at once.
    const removed = await deps.redis.live.erase(sessionIds).catch(() => 0);
    if (removed > 0) await countErased(deps.db, at, { store: "live", counts: { streams: removed } });
    deps.bus.publishLive(contentRemoved, GATEWAYS_KEY, { sessionIds });
  }
  // Open streams of a session that has just been ended wait for the event.
  if (ended > 0) await sendWaiting(deps, 0);
  return taken === SESSIONS;
}

/** Live streams by the ids of the sessions. A running turn may write until its runner learns that it lost the session. */
async function eraseLive(deps: CleanupDeps, at: Claim): Promise<boolean> {
  const { ids, settled } = await erasedSessionIds(deps.db, at, { after: null, settleSeconds: SETTLE_SECONDS });
  if (!settled) throw new NotYet();
  for (let page = ids; page.length > 0; ) {
    const removed = await deps.redis.live.erase(page);
    deps.bus.publishLive(contentRemoved, GATEWAYS_KEY, { sessionIds: page });
    if (removed > 0) await countErased(deps.db, at, { store: "live", counts: { streams: removed } });
    const after = page.at(-1) ?? null;
    page = (await erasedSessionIds(deps.db, at, { after, settleSeconds: 0 })).ids;
  }
  return false;
}

/** Facts contain only ids and expire by age; these are deleted now. */
async function eraseFacts(deps: CleanupDeps, at: Claim): Promise<boolean> {
  let after: string | null = null;
  for (;;) {
    const { ids } = await erasedSessionIds(deps.db, at, { after, settleSeconds: 0 });
    const last = ids.at(-1);
    if (last === undefined) return false;
    after = last;
    let removed = 0;
    for (const sessionId of ids) removed += await deps.bus.eraseFacts(sessionId);
    if (removed > 0) await countErased(deps.db, at, { store: "facts", counts: { facts: removed } });
  }
}

/** Searches for remaining data. If there is none, the receipt is written and the address deleted; otherwise the work starts over. */
async function finish(deps: CleanupDeps, { at, row, subject }: Work): Promise<boolean> {
  const address = row.kind === "email" ? subject : null;
  const found = (await searchErased(deps.db, at, address)) ?? {};
  const now = await readClaimed(deps.db, at);
  if (now === null) return false;
  const [left] = Object.keys(found);
  if (left !== undefined) {
    deps.logger.warn({ tenantId: at.tenantId, erasureId: at.id, store: left }, "erasure.repeated");
    await beginAgain(deps.db, at, RETRY_SECONDS);
    return false;
  }
  const doneAt = new Date(await deps.db.time()).toISOString();
  const receipt = signReceipt(deps.secrets, receiptOf(now, doneAt));
  const done = await finishErasure(deps.db, at, { text: JSON.stringify(receipt), doneAt });
  if (done) deps.logger.info({ tenantId: at.tenantId, erasureId: at.id }, "erasure.done");
  return done;
}

function receiptOf(row: ErasureRow, doneAt: string): ReceiptBody {
  const stores = Object.entries(CHECKS).filter(
    ([store]) => row.kind === "email" || store === "logs" || OF_A_SESSION.some((name) => name === store),
  );
  return {
    version: 1,
    erasure_id: row.id,
    tenant_id: row.tenant_id,
    subject: { kind: row.kind, hash: row.subject_hash },
    requested_at: row.created_at,
    erased_before: row.erased_before,
    done_at: doneAt,
    stores: stores.map(([store, check]) => ({
      ...{ store, removed: row.removed[store] ?? {}, remaining: 0, checked_at: doneAt, check },
    })),
  };
}
