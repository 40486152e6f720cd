import { sendOutbox } from "@parley/jobs";
import type { CleanupDeps } from "../deps.js";
import { allOf, type Job } from "./job.js";

const BATCH = 200;

/**
 * Publishes facts of the outbox that are at least `olderMs` old (milliseconds), at most one batch; returns how many. The row's
 * id is the message id, so the bus drops a fact that was already sent.
 */
export async function sendWaiting(deps: CleanupDeps, olderMs: number): Promise<number> {
  // Rows stay locked while they are sent; without a bus that would be a long, useless transaction.
  if (!deps.bus.status().connected) return 0;
  return sendOutbox(deps, {
    olderMs,
    limit: BATCH,
    onRefused: (error) => deps.logger.warn({ err: error }, "outbox.refused"),
  });
}

/** Publishes facts that their service could not send: it crashed after its commit, or the bus was down. */
export const sendStragglers = (deps: CleanupDeps): Job => ({
  name: "outbox",
  intervalMs: deps.config.OUTBOX_INTERVAL_SECONDS * 1_000,
  due: { work: "outbox", afterMs: deps.config.OUTBOX_STRAGGLER_SECONDS * 1_000 },
  batch: BATCH,
  step: async () => allOf(await sendWaiting(deps, deps.config.OUTBOX_STRAGGLER_SECONDS * 1_000)),
});
