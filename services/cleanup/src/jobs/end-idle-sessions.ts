import type { CleanupDeps } from "../deps.js";
import type { Job } from "./job.js";
import { endIdleSessions as endBatch } from "./repository.js";

/** One batch is one transaction: small enough that a kill repeats little and rows are locked briefly. */
const BATCH = 200;

/** Ends sessions that were idle for their timeout or outlived their link: one status, one event, one outbox row each. */
export const endIdleSessions = (deps: CleanupDeps): Job => ({
  name: "idle_sessions",
  intervalMs: deps.config.CLEANUP_INTERVAL_MINUTES * 60_000,
  batch: BATCH,
  async step() {
    const { looked, ended } = await endBatch(deps.db, BATCH);
    return { taken: looked, handled: ended };
  },
});
