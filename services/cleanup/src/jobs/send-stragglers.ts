import { sendOutbox } from "@parley/jobs";
import type { CleanupDeps } from "../deps.js";
import { allOf, type Job } from "./job.js";

const BATCH = 200;

/**
 * Publishes facts of the outbox that are at least `olderMs` old (milliseconds), at most one batch; answers how many. The row's
 * id is the message id, so a fact that went out after all is dropped by the bus.
 */
export async function sendWaiting(deps: CleanupDeps, olderMs: number): Promise<number> {
  // Rows stay locked while they are sent; without a bus that would only be a long transaction for nothing.
  if (!deps.bus.status().connected) return 0;
  return sendOutbox(deps, {
    olderMs,
    limit: BATCH,
    onRefused: (error) => deps.logger.warn({ err: error }, "outbox.refused"),
  });
}

/** Publishes facts that the service which wrote them could not: it died after its commit, or the bus was away. */
export const sendStragglers = (deps: CleanupDeps): Job => ({
  name: "outbox",
  intervalMs: deps.config.OUTBOX_INTERVAL_SECONDS * 1_000,
  due: { work: "outbox", afterMs: deps.config.OUTBOX_STRAGGLER_SECONDS * 1_000 },
  batch: BATCH,
  step: async () => allOf(await sendWaiting(deps, deps.config.OUTBOX_STRAGGLER_SECONDS * 1_000)),
});
