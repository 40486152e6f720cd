import type { CleanupDeps } from "../deps.js";
import { allOf, type Job } from "../job.js";
import { expireLinks as expireBatch } from "../repository/sweeps.js";
import { sendWaiting } from "./send-stragglers.js";

/** As many as one round of the outbox sends. */
const BATCH = 200;

/** Announces expired links, so that gateways drop their policies and close their streams. Expiry itself needs no sweep. */
export const expireLinks = (deps: CleanupDeps): Job => ({
  name: "expired_links",
  intervalMs: deps.config.LINK_EXPIRY_INTERVAL_SECONDS * 1_000,
  batch: BATCH,
  async step() {
    const expired = await expireBatch(deps.db, BATCH);
    // Told at once: nobody but this job has written these facts, and open streams wait for them.
    if (expired > 0) await sendWaiting(deps, 0);
    return allOf(expired);
  },
});
