import type { CleanupDeps } from "../deps.js";
import { allOf, type Job } from "./job.js";
import { endSuspendedSessions as endBatch } from "./repository.js";

/** One batch is one transaction, far below the time that a statement may take. */
const BATCH = 200;
/** A suspended tenant is already refused everything; its conversations may end seconds later. */
const INTERVAL_MS = 5_000;

/** Ends the running sessions of suspended tenants, however many: one status, one event, one outbox row each. */
export const endSuspendedSessions = (deps: CleanupDeps): Job => ({
  name: "suspended_tenants",
  intervalMs: INTERVAL_MS,
  due: { work: "suspended_tenants" },
  batch: BATCH,
  step: async () => allOf(await endBatch(deps.db, BATCH)),
});
