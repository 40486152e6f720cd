import {
  cleanupSettings,
  dueSoon,
  linkCreated,
  linkUpdated,
  readSettings,
  requireRole,
  rotateKeys as rotateKeysContract,
  SWEEPERS_KEY,
} from "@parley/contracts";
import { type Lookout, type Poll, startLookout } from "@parley/jobs";
import type { Component } from "@parley/runtime";
import { cleanupConfig } from "./config.js";
import type { CleanupDeps } from "./deps.js";
import { bindErasure } from "./erasure/bind.js";
import { erasePeople } from "./erasure/erase.js";
import { keepErased } from "./erasure/keep-erased.js";
import { openArchive } from "./jobs/archive-session.js";
import { countActiveSessions } from "./jobs/count-active-sessions.js";
import { countBacklog } from "./jobs/count-backlog.js";
import { dropPartitions } from "./jobs/drop-partitions.js";
import { endIdleSessions } from "./jobs/end-idle-sessions.js";
import { endSuspendedSessions } from "./jobs/end-suspended-sessions.js";
import { evaluateAlerts } from "./jobs/evaluate-alerts.js";
import { expireLinks } from "./jobs/expire-links.js";
import { fireTimers } from "./jobs/fire-timers.js";
import { makePartitions } from "./jobs/make-partitions.js";
import { purgeRecords } from "./jobs/purge-records.js";
import { purgeSessions } from "./jobs/purge-sessions.js";
import { purgeUnsentFiles } from "./jobs/purge-unsent-files.js";
import { rollUp } from "./jobs/roll-up.js";
import { jobMetrics, startJob } from "./jobs/run-job.js";
import { sendStragglers } from "./jobs/send-stragglers.js";
import { rotateKeys } from "./key-rotation/rotate-keys.js";

/** What admins see of the configuration. */
const SHOWN = { retention: ["RETENTION_DAYS", "MEMORY_DAYS", "AUDIT_DAYS"] } as const;

/** Housekeeping in the background; any number of replicas. */
export function createCleanup(deps: CleanupDeps): Component {
  let running: Poll[] = [];
  let lookout: Lookout | undefined;
  return {
    name: "cleanup",
    async start() {
      const metrics = jobMetrics(deps.metrics);
      const store = await openArchive(deps.config);
      const erased = keepErased(deps);
      const jobs = [
        makePartitions(deps),
        dropPartitions(deps),
        sendStragglers(deps),
        expireLinks(deps),
        fireTimers(deps),
        endIdleSessions(deps),
        endSuspendedSessions(deps),
        ...purgeRecords(deps),
        purgeUnsentFiles(deps),
        purgeSessions(deps, store && { store, findForgotten: erased.step }),
        erasePeople(deps),
        erased,
        rollUp(deps),
        evaluateAlerts(deps),
        countActiveSessions(deps),
        countBacklog(deps),
      ];
      bindErasure(deps);
      deps.bus.serve(cleanupSettings, async ({ principal }) => {
        requireRole(principal, "admin");
        return { data: readSettings(cleanupConfig, deps.config, SHOWN) };
      });
      deps.bus.serve(rotateKeysContract, rotateKeys(deps), { maxInFlight: 1 });
      const looking = startLookout(deps);
      lookout = looking;
      // Their work may be due before the next look.
      deps.bus.listen(linkCreated, async () => looking.stir());
      deps.bus.listen(linkUpdated, async () => looking.stir());
      deps.bus.listenLive(dueSoon, SWEEPERS_KEY, () => looking.stir());
      running = jobs.map((job) => startJob(job, { logger: deps.logger, metrics, lookout: looking }));
      await deps.bus.settled();
    },
    async stop() {
      await Promise.all(running.map((job) => job.stop()));
      await lookout?.stop();
    },
    async ready() {
      if (!deps.bus.status().usable) return "bus is not connected";
      return (await deps.db.ping()) || "database is not reachable";
    },
  };
}
