import { contentRemoved, GATEWAYS_KEY } from "@parley/contracts";
import type { CleanupDeps } from "../deps.js";
import type { Job } from "./job.js";
import { dateRetention, purgeSessions as purgeBatch } from "./repository.js";

/** One batch is one transaction, and a session may bring thousands of rows: far below the time that a statement may take. */
const BATCH = 100;

/**
 * Removes the content of sessions whose time of keeping is over, and of those whose link was deleted. Both are functions of the
 * database that take whole sessions, so a kill leaves a session as it was or without content, and each is purged once.
 */
export function purgeSessions(deps: CleanupDeps): Job {
  const { RETENTION_DAYS, RETENTION_INTERVAL_SECONDS } = deps.config;
  const defaultDays = RETENTION_DAYS === "never" ? null : RETENTION_DAYS;
  const total = deps.metrics.counter("sessions_purged_total", "Sessions whose content was removed");
  let size = BATCH;
  return {
    name: "retention",
    intervalMs: RETENTION_INTERVAL_SECONDS * 1_000,
    batch: 1,
    async step() {
      const dated = await dateRetention(deps.db, BATCH);
      const { looked, purged, recent } = await purgeBatch(deps.db, { defaultDays, limit: size }).catch(
        (error: unknown) => {
          // Very long sessions may together take longer than a statement is given; each by itself does not.
          size = Math.max(1, Math.floor(size / 4));
          throw error;
        },
      );
      const full = looked === size;
      size = Math.min(BATCH, size * 2);
      if (recent.length > 0) deps.bus.publishLive(contentRemoved, GATEWAYS_KEY, { sessionIds: recent });
      if (purged > 0) {
        total.inc(purged);
        deps.logger.info({ purged }, "sessions.purged");
      }
      return { taken: full || dated >= BATCH ? 1 : 0, handled: purged };
    },
  };
}
