import type { CleanupDeps } from "../deps.js";
import type { Job } from "./job.js";
import { evaluateAlerts as evaluateBatch } from "./repository.js";

/** Rules per step, which is one transaction. */
const BATCH = 50;

/**
 * Evaluates due rules: crossings and recoveries are written with their notices in one transaction.
 * The sessions service sends the notices.
 */
export const evaluateAlerts = (deps: CleanupDeps): Job => {
  const everyMs = deps.config.ALERT_INTERVAL_SECONDS * 1_000;
  return {
    name: "alerts",
    intervalMs: everyMs,
    batch: BATCH,
    async step() {
      // Due again a little before the next round, else each rule would miss every second one.
      const { looked, crossed } = await evaluateBatch(deps.db, { limit: BATCH, everyMs: Math.floor(everyMs / 2) });
      return { taken: looked, handled: crossed };
    },
  };
};
