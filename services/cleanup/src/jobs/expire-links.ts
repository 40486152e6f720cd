import type { CleanupDeps } from "../deps.js";
import type { Job } from "./job.js";
import { endIdleSessions as endBatch, expireLinks as expireBatch } from "./repository.js";
import { sendWaiting } from "./send-stragglers.js";

/** As many as one round of the outbox sends. */
const BATCH = 200;

/**
 * Announces expired links, so that gateways drop their policies and close their streams, and ends their sessions. Expiry itself
 * needs no sweep; but an unusable session should not be shown, counted and reported as running.
 */
export function expireLinks(deps: CleanupDeps): Job {
  let sessionsDue = false;
  return {
    name: "expired_links",
    intervalMs: deps.config.LINK_EXPIRY_INTERVAL_SECONDS * 1_000,
    due: { work: "links" },
    batch: BATCH,
    async step() {
      const expired = await expireBatch(deps.db, BATCH);
      // Sent at once: only this job writes these facts, and open streams wait for them.
      if (expired > 0) await sendWaiting(deps, 0);
      if (expired === 0 && !sessionsDue) return { taken: 0, handled: 0 };
      // Kept until a batch is not full, even when this step fails: the sweep of idle sessions runs only minutes later.
      sessionsDue = true;
      const { looked, ended } = await endBatch(deps.db, BATCH);
      sessionsDue = looked === BATCH;
      return { taken: sessionsDue ? BATCH : expired, handled: expired + ended };
    },
  };
}
