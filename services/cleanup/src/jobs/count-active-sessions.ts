import type { CleanupDeps } from "../deps.js";
import type { Job } from "./job.js";
import { activeSessions } from "./repository.js";

/** Half of an ordinary scrape interval; the count only reads an index of the open sessions. */
const INTERVAL_MS = 15_000;

/** Reports how many sessions of the whole installation are open. Every replica reports the same number. */
export const countActiveSessions = (deps: CleanupDeps): Job => {
  const active = deps.metrics.gauge("sessions_active", "Sessions that are not over, of all tenants");
  return {
    name: "active_sessions",
    intervalMs: INTERVAL_MS,
    batch: 0,
    async step() {
      active.set(await activeSessions(deps.db));
      return { taken: 0, handled: 0 };
    },
  };
};
