import { contentRemoved, GATEWAYS_KEY } from "@parley/contracts";
import type { CleanupDeps } from "../deps.js";
import { type ArchiveStore, archiveSession } from "./archive-session.js";
import type { Job } from "./job.js";
import {
  dateRetention,
  type Purged,
  purgeArchived,
  purgeSessions as purgeBatch,
  sessionsPastKeeping,
} from "./repository.js";

/** One batch is one transaction, and a session may bring thousands of rows: far below the time that a statement may take. */
const BATCH = 100;
/** Sessions that are archived before their content is removed: a kill makes so many be archived again. */
const ARCHIVED = 20;
/** So many sessions that cannot be archived are passed over; with more, the archive itself is at fault. */
const MAX_PASSED_OVER = 100;

/** Where sessions go before their content is removed, and what finds erasures that a restore has forgotten. */
export interface Archive {
  store: ArchiveStore;
  findForgotten: () => Promise<unknown>;
}

/**
 * Removes the content of sessions whose time of keeping is over, and of those whose link was deleted. Both are functions of the
 * database that take whole sessions, so a kill leaves a session as it was or without content, and each is purged once. With an archive
 * nothing is removed that is not in it.
 */
export function purgeSessions(deps: CleanupDeps, archive: Archive | null): Job {
  const { RETENTION_DAYS, RETENTION_INTERVAL_SECONDS } = deps.config;
  const defaultDays = RETENTION_DAYS === "never" ? null : RETENTION_DAYS;
  const total = deps.metrics.counter("sessions_purged_total", "Sessions whose content was removed");
  const archived = archive && archivedBatch(deps, archive, defaultDays);
  let size = BATCH;
  return {
    name: "retention",
    intervalMs: RETENTION_INTERVAL_SECONDS * 1_000,
    batch: 1,
    async step() {
      const dated = await dateRetention(deps.db, BATCH);
      const asked = archived === null ? size : Math.min(size, ARCHIVED);
      const removing = archived === null ? purgeBatch(deps.db, { defaultDays, limit: asked }) : archived(asked);
      const { looked, purged, recent } = await removing.catch((error: unknown) => {
        // Very long sessions may together take longer than a statement is given; each by itself does not.
        size = Math.max(1, Math.floor(size / 4));
        throw error;
      });
      const full = looked === asked;
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

/** Archives a batch and removes its content, in this order. */
function archivedBatch(deps: CleanupDeps, { store, findForgotten }: Archive, defaultDays: number | null) {
  const total = deps.metrics.counter(
    "sessions_archived_total",
    "Sessions written into the archive before their content was removed",
  );
  let compared = false;
  /** Sessions that failed, which would otherwise keep all behind them from being removed. */
  const passedOver = new Set<string>();
  return async (limit: number): Promise<Purged> => {
    // After a restore nobody who was erased before may get into the archive.
    if (!compared) await findForgotten();
    compared = true;
    const found = await sessionsPastKeeping(deps.db, { defaultDays, limit: limit + passedOver.size });
    const due = found.filter(({ id }) => !passedOver.has(id)).slice(0, limit);
    // All others are done, or too many fail: each is tried again.
    if (due.length < limit || passedOver.size >= MAX_PASSED_OVER) passedOver.clear();
    const ids: string[] = [];
    for (const session of due) {
      try {
        if (!(await archiveSession(deps, store, session))) continue;
      } catch (error) {
        // What is archived goes first; in the next step this session is the first one.
        if (ids.length > 0) break;
        passedOver.add(session.id);
        throw new Error(`session ${session.session_id} cannot be archived`, { cause: error });
      }
      total.inc();
      ids.push(session.id);
    }
    const done = await purgeArchived(deps.db, { defaultDays, ids });
    return { ...done, looked: due.length };
  };
}
