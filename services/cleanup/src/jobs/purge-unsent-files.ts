import type { CleanupDeps } from "../deps.js";
import { allOf, type Job } from "./job.js";
import { purgeUnsentFiles as purgeBatch } from "./repository.js";

/** Small: each file may have ten megabytes of chunks. */
const BATCH = 50;
const UNSENT_HOURS = 24;

/** Removes uploads that were never finished, or never sent with a message. */
export const purgeUnsentFiles = (deps: CleanupDeps): Job => ({
  name: "unsent_files",
  intervalMs: deps.config.CLEANUP_INTERVAL_MINUTES * 60_000,
  batch: BATCH,
  step: async () => allOf(await purgeBatch(deps.db, { hours: UNSENT_HOURS, limit: BATCH })),
});
