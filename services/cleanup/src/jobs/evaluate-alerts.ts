import type { CleanupDeps } from "../deps.js";
import type { Job } from "./job.js";
import { evaluateAlerts as evaluateBatch } from "./repository.js";

/** Rules of one step, which is one transaction. */
const BATCH = 50;

/**
 * Looks at rules that are due: what crossed and what recovered is written with the notices that tell of it, in one transaction.
 * Notices are sent by the sessions service.
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
