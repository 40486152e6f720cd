import type { CleanupDeps } from "../deps.js";
import type { Job } from "./job.js";
import { rollUp as rollUpBatch } from "./repository.js";

/** Sessions per step, which is one transaction and must end soon, even on a busy machine. */
const BATCH = 200;

/** A running session is counted again after this many seconds, however many messages it gets. */
const LIVE_SECONDS = 300;

/**
 * Adds the numbers of sessions to the rollups that analytics read. One step in the database processes whole sessions, behind a lock
 * that one replica holds at a time, so after a kill a session is unchanged or counted once.
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
