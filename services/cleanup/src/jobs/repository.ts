import { type Db, sql } from "@parley/db";

async function countOf(db: Db, text: string, values: unknown[]): Promise<number> {
  const rows = await db.query<{ count: number }>(text, values);
  return rows[0]?.count ?? 0;
}

/**
 * Checks at most `limit` sessions whose time may be over and ends those that were idle too long or outlived their link.
 * A session that was used meanwhile counts as looked at and only gets its next date.
 */
export async function endIdleSessions(db: Db, limit: number): Promise<{ looked: number; ended: number }> {
  const rows = await db.query<{ looked: number; ended: number }>("select looked, ended from end_idle_sessions($1)", [
    limit,
  ]);
  return rows[0] ?? { looked: 0, ended: 0 };
}

/** Ends at most `limit` running sessions of suspended tenants; returns how many. */
export const endSuspendedSessions = (db: Db, limit: number): Promise<number> =>
  countOf(db, "select end_suspended_sessions($1) as count", [limit]);

interface FiredTimer {
  tenant_id: string;
  session_id: string;
  conversation_id: string;
  seq: number;
}

/** Checks at most `limit` sessions with an expired timeout and creates a turn for each, once; returns these turns. */
export async function fireTimers(db: Db, limit: number): Promise<{ looked: number; fired: FiredTimer[] }> {
  const rows = await db.query<{ looked: number; fired: FiredTimer[] }>("select looked, fired from fire_timers($1)", [
    limit,
  ]);
  return rows[0] ?? { looked: 0, fired: [] };
}

/** Announces expired links, once each; returns how many. */
export const expireLinks = (db: Db, limit: number): Promise<number> =>
  countOf(db, "select expire_links($1) as count", [limit]);

/** Sessions of all tenants that are not over. */
export const activeSessions = (db: Db): Promise<number> => countOf(db, "select active_sessions()::int as count", []);

/** The backlog of all runners; null when the database returned none. */
export async function backlog(db: Db): Promise<{ pending_turns: number; oldest_pending_seconds: number } | null> {
  const [row] = await db.query<{ pending_turns: number; oldest_pending_seconds: number }>(
    "select * from backlog()",
    [],
  );
  return row ?? null;
}

/** Creates this month's partitions and those of the months ahead; returns how many were missing. */
export const ensurePartitions = (db: Db, monthsAhead: number): Promise<number> =>
  countOf(db, "select ensure_partitions($1) as count", [monthsAhead]);

/** Drops an empty partition of a past month; returns how many, at most one. */
export const dropPartitions = (db: Db): Promise<number> => countOf(db, "select drop_partitions() as count", []);

/** Deletes idempotency keys older than `hours`; returns how many. */
export const purgeIdempotencyKeys = (db: Db, query: { hours: number; limit: number }): Promise<number> =>
  countOf(db, "select purge_idempotency_keys(make_interval(hours => $1), $2) as count", [query.hours, query.limit]);

/** Removes files that were uploaded more than `hours` ago and never sent; returns how many. */
export const purgeUnsentFiles = (db: Db, query: { hours: number; limit: number }): Promise<number> =>
  countOf(db, "select purge_unsent_files(make_interval(hours => $1), $2) as count", [query.hours, query.limit]);

/** Deletes facts that were sent more than `hours` ago; returns how many. */
export const purgeOutbox = (db: Db, query: { hours: number; limit: number }): Promise<number> =>
  countOf(db, "select purge_outbox(make_interval(hours => $1), $2) as count", [query.hours, query.limit]);

/** Deletes security events older than `days`; returns how many. */
export const purgeSecurityEvents = (db: Db, query: { days: number; limit: number }): Promise<number> =>
  countOf(db, "select purge_security_events($1, $2) as count", [query.days, query.limit]);

/** Updates the retention date of at most `limit` sessions after a change of their link; returns how many, finished links included. */
export const dateRetention = (db: Db, limit: number): Promise<number> =>
  countOf(db, "select date_retention($1) as count", [limit]);

/** A step of removing content; `recent`: ids of sessions that ended so recently that their live stream may still exist. */
export interface Purged {
  looked: number;
  purged: number;
  recent: string[];
}

/**
 * Removes the content of at most `limit` ended sessions that are due, in one transaction. `defaultDays`: for sessions
 * without a setting of their link; null = forever. A session that is looked at but not due only gets its next date.
 */
export async function purgeSessions(db: Db, query: { defaultDays: number | null; limit: number }): Promise<Purged> {
  const rows = await db.query<Purged>("select looked, purged, recent from purge_sessions($1, $2)", [
    query.defaultDays,
    query.limit,
  ]);
  return rows[0] ?? { looked: 0, purged: 0, recent: [] };
}

/** A session identified as in the archive: by tenant, the month in which it began, and its id. */
export interface PastSession {
  id: string;
  tenant_id: string;
  session_id: string;
  month: string;
}

/** At most `limit` sessions whose content is about to be removed; none of a tenant with a running erasure. */
export const sessionsPastKeeping = (
  db: Db,
  query: { defaultDays: number | null; limit: number },
): Promise<PastSession[]> =>
  db.query<PastSession>("select id, tenant_id, session_id, month from sessions_past_keeping($1, $2)", [
    query.defaultDays,
    query.limit,
  ]);

/** Whether a session's content is complete. */
export async function isWhole(db: Db, session: PastSession): Promise<boolean> {
  const { rows } = await db.tenant(session.tenant_id, (trx) =>
    sql<{ whole: boolean }>`select purged_at is null as whole from text_conversations where id = ${session.id}`.execute(
      trx,
    ),
  );
  return rows[0]?.whole === true;
}

/** Removes the content of those of these sessions that are due, in one transaction. */
export async function purgeArchived(db: Db, query: { defaultDays: number | null; ids: string[] }): Promise<Purged> {
  const rows = await db.query<Purged>("select looked, purged, recent from purge_archived($1, $2::uuid[])", [
    query.defaultDays,
    query.ids,
  ]);
  return rows[0] ?? { looked: 0, purged: 0, recent: [] };
}

/** Removes memories of people that were not used for `days`; null = none. Returns how many. */
export const purgeMemories = async (
  db: Db,
  { days, limit }: { days: number | null; limit: number },
): Promise<number> => (days === null ? 0 : countOf(db, "select purge_memories($1, $2) as count", [days, limit]));

/** Deletes alert crossings that ended more than `days` ago; returns how many. */
export const purgeAlertFirings = (db: Db, query: { days: number; limit: number }): Promise<number> =>
  countOf(db, "select purge_alert_firings($1, $2) as count", [query.days, query.limit]);

/** Deletes expired hourly rollups; returns how many. */
export const purgeAnalyticsHours = (db: Db, limit: number): Promise<number> =>
  countOf(db, "select purge_analytics_hours($1) as count", [limit]);

/** Evaluates at most `limit` due alerts, which are due again in `everyMs`; returns how many, and how many crossings began or ended. */
export async function evaluateAlerts(
  db: Db,
  query: { limit: number; everyMs: number },
): Promise<{ looked: number; crossed: number }> {
  const rows = await db.query<{ looked: number; crossed: number }>(
    "select looked, crossed from evaluate_alerts($1, $2)",
    [query.limit, query.everyMs],
  );
  return rows[0] ?? { looked: 0, crossed: 0 };
}

/** Deletes audit entries older than `days` from the start of one chain; returns how many. */
export const purgeAudit = (db: Db, query: { days: number; limit: number }): Promise<number> =>
  countOf(db, "select purge_audit($1, $2) as count", [query.days, query.limit]);

/**
 * Adds the numbers of at most `limit` sessions that ended, changed, or continued for `liveSeconds`, and noted counts, to the
 * rollups; returns how many sessions were looked at and how many amounts were added. Zeros while another replica does it.
 */
export async function rollUp(
  db: Db,
  query: { limit: number; liveSeconds: number },
): Promise<{ looked: number; added: number }> {
  const rows = await db.query<{ looked: number; added: number }>("select looked, added from roll_up($1, $2)", [
    query.limit,
    query.liveSeconds,
  ]);
  return rows[0] ?? { looked: 0, added: 0 };
}
