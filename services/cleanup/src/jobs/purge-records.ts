import type { CleanupDeps } from "../deps.js";
import { allOf, type Job } from "./job.js";
import {
  purgeAlertFirings,
  purgeAnalyticsHours,
  purgeAudit,
  purgeIdempotencyKeys,
  purgeMemories,
  purgeOutbox,
  purgeSecurityEvents,
} from "./repository.js";

const BATCH = 2_000;
/** How long a repeated request gets its first answer. */
const IDEMPOTENCY_HOURS = 24;
/** As long as the bus stores facts: afterwards nobody can look up what was sent. */
const OUTBOX_HOURS = 72;

/** How far back owners can see security events and alert crossings. */
const HISTORY_DAYS = 400;

/** Purges expired records: idempotency keys, sent facts, audit, memories, security events, alert crossings, hourly rollups. */
export const purgeRecords = (deps: CleanupDeps): Job[] => {
  const intervalMs = deps.config.CLEANUP_INTERVAL_MINUTES * 60_000;
  return [
    {
      name: "idempotency_keys",
      intervalMs,
      batch: BATCH,
      step: async () => allOf(await purgeIdempotencyKeys(deps.db, { hours: IDEMPOTENCY_HOURS, limit: BATCH })),
    },
    {
      name: "sent_facts",
      intervalMs,
      batch: BATCH,
      step: async () => allOf(await purgeOutbox(deps.db, { hours: OUTBOX_HOURS, limit: BATCH })),
    },
    {
      name: "audit",
      intervalMs,
      batch: BATCH,
      step: async () => allOf(await purgeAudit(deps.db, { days: deps.config.AUDIT_DAYS, limit: BATCH })),
    },
    {
      name: "memories",
      intervalMs,
      batch: BATCH,
      step: async () => {
        const { MEMORY_DAYS: days } = deps.config;
        return allOf(await purgeMemories(deps.db, { days: days === "never" ? null : days, limit: BATCH }));
      },
    },
    {
      name: "security_events",
      intervalMs,
      batch: BATCH,
      step: async () => allOf(await purgeSecurityEvents(deps.db, { days: HISTORY_DAYS, limit: BATCH })),
    },
    {
      name: "alert_firings",
      intervalMs,
      batch: BATCH,
      step: async () => allOf(await purgeAlertFirings(deps.db, { days: HISTORY_DAYS, limit: BATCH })),
    },
    {
      name: "analytics_hours",
      intervalMs,
      batch: BATCH,
      step: async () => allOf(await purgeAnalyticsHours(deps.db, BATCH)),
    },
  ];
};
