import type { CleanupDeps } from "../deps.js";
import { allOf, type Job } from "./job.js";
import { dropPartitions as dropOne } from "./repository.js";

const HOUR_MS = 3_600_000;

/** Drops partitions of months from which retention and erasures have removed everything. One per step, each locked briefly. */
export const dropPartitions = (deps: CleanupDeps): Job => ({
  name: "empty_partitions",
  intervalMs: HOUR_MS,
  batch: 1,
  step: async () => allOf(await dropOne(deps.db)),
});
