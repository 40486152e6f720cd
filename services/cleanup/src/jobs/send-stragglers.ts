import { eventContractOf } from "@parley/contracts";
import { relayOutbox } from "@parley/db";
import type { CleanupDeps } from "../deps.js";
import { allOf, type Job } from "../job.js";

const BATCH = 200;

/**
 * Publishes facts that the service which wrote them could not: it died after its commit, or the bus was away. The row's id
 * is the message id, so a fact that went out after all is dropped by the bus.
 */
export const sendStragglers = (deps: CleanupDeps): Job => ({
  name: "outbox",
  intervalMs: deps.config.OUTBOX_INTERVAL_SECONDS * 1_000,
  batch: BATCH,
  async step() {
    // Rows stay locked while they are sent; without a bus that would only be a long transaction for nothing.
    if (!deps.bus.status().connected) return allOf(0);
    const sent = await relayOutbox(
      deps.db,
      async ({ id, subject, key, payload }) => {
        const contract = eventContractOf(subject);
        if (contract) await deps.bus.publish(contract, payload, { key, msgId: id });
        // Marked as sent all the same: nobody can ever send it, and it must not stand in the way of the others.
        else deps.logger.error({ subject, outboxId: id }, "outbox.unknown_subject");
      },
      {
        olderMs: deps.config.OUTBOX_STRAGGLER_SECONDS * 1_000,
        limit: BATCH,
        onRefused: (error) => deps.logger.warn({ err: error }, "outbox.refused"),
      },
    );
    return allOf(sent);
  },
});
