import type { CleanupDeps } from "../deps.js";
import type { Job } from "./job.js";
import { rollUp as rollUpBatch } from "./repository.js";

/** Sessions of one step, which is one transaction and must end soon, also on a busy machine. */
const BATCH = 200;

/** A running session that continues is looked at again after this many seconds, however much is said in it. */
const LIVE_SECONDS = 300;

/**
 * Adds the numbers of sessions to the rollups that analytics read. One step of the database takes whole sessions, behind a lock
 * that one replica has at a time, so a kill leaves a session as it was or counted once.
 */
export const rollUp = (deps: CleanupDeps): Job => ({
  name: "analytics",
  intervalMs: deps.config.ANALYTICS_INTERVAL_SECONDS * 1_000,
  batch: BATCH,
  async step() {
    const { looked, added } = await rollUpBatch(deps.db, { limit: BATCH, liveSeconds: LIVE_SECONDS });
    return { taken: added > 0 ? Math.max(looked, Math.min(added, BATCH)) : looked, handled: looked };
  },
});
