import type { CleanupDeps } from "../deps.js";
import { allOf, type Job } from "./job.js";
import { ensurePartitions } from "./repository.js";

const HOUR_MS = 3_600_000;

/** Creates monthly partitions ahead of time. Serialised in the database by an advisory lock. */
export const makePartitions = (deps: CleanupDeps): Job => ({
  name: "partitions",
  intervalMs: HOUR_MS,
  batch: 0,
  step: async () => allOf(await ensurePartitions(deps.db, deps.config.PARTITION_MONTHS_AHEAD)),
});
