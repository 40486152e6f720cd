import type { CleanupDeps } from "../deps.js";
import { allOf, type Job } from "../job.js";
import { expireLinks as expireBatch } from "../repository/sweeps.js";

const BATCH = 500;

/** Announces expired links, so that gateways drop their policies and close their streams. Expiry itself needs no sweep. */
export const expireLinks = (deps: CleanupDeps): Job => ({
  name: "expired_links",
  intervalMs: deps.config.LINK_EXPIRY_INTERVAL_SECONDS * 1_000,
  batch: BATCH,
  step: async () => allOf(await expireBatch(deps.db, BATCH)),
});
