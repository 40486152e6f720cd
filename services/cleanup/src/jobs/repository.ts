import { type Db, sql } from "@parley/db";

async function countOf(db: Db, text: string, values: unknown[]): Promise<number> {
  const rows = await db.query<{ count: number }>(text, values);
  return rows[0]?.count ?? 0;
}

/**
 * Looks at most at `limit` sessions whose time may be over and ends those that were idle too long or outlived their link.
 * A session that was used meanwhile counts as looked at and is only given its next date.
 */
export async function endIdleSessions(db: Db, limit: number): Promise<{ looked: number; ended: number }> {
  const rows = await db.query<{ looked: number; ended: number }>("select looked, ended from end_idle_sessions($1)", [
    limit,
  ]);
  return rows[0] ?? { looked: 0, ended: 0 };
}

/** Ends at most `limit` running sessions of tenants that were suspended; answers how many. */
export const endSuspendedSessions = (db: Db, limit: number): Promise<number> =>
  countOf(db, "select end_suspended_sessions($1) as count", [limit]);

interface FiredTimer {
  tenant_id: string;
  session_id: string;
  conversation_id: string;
  seq: number;
}

/** Looks at most at `limit` sessions with a timeout that is over and gives each a turn for it, once; answers these turns. */
export async function fireTimers(db: Db, limit: number): Promise<{ looked: number; fired: FiredTimer[] }> {
  const rows = await db.query<{ looked: number; fired: FiredTimer[] }>("select looked, fired from fire_timers($1)", [
    limit,
  ]);
  return rows[0] ?? { looked: 0, fired: [] };
}

/** Announces expired links, once each; answers how many. */
export const expireLinks = (db: Db, limit: number): Promise<number> =>
  countOf(db, "select expire_links($1) as count", [limit]);

/** Sessions of all tenants that are not over. */
export const activeSessions = (db: Db): Promise<number> => countOf(db, "select active_sessions()::int as count", []);

/** What all runners together have to do; null when the database did not say. */
export async function backlog(db: Db): Promise<{ pending_turns: number; oldest_pending_seconds: number } | null> {
  const [row] = await db.query<{ pending_turns: number; oldest_pending_seconds: number }>(
    "select * from backlog()",
    [],
  );
  return row ?? null;
}

/** Makes this month's partitions and those of the months ahead; answers how many were missing. */
export const ensurePartitions = (db: Db, monthsAhead: number): Promise<number> =>
  countOf(db, "select ensure_partitions($1) as count", [monthsAhead]);

/** Drops a partition of a month that is over and holds nothing any more; answers how many, at most one. */
export const dropPartitions = (db: Db): Promise<number> => countOf(db, "select drop_partitions() as count", []);

/** Forgets idempotency keys older than `hours`; answers how many. */
export const purgeIdempotencyKeys = (db: Db, query: { hours: number; limit: number }): Promise<number> =>
  countOf(db, "select purge_idempotency_keys(make_interval(hours => $1), $2) as count", [query.hours, query.limit]);

/** Removes files that were uploaded more than `hours` ago and never sent; answers how many. */
export const purgeUnsentFiles = (db: Db, query: { hours: number; limit: number }): Promise<number> =>
  countOf(db, "select purge_unsent_files(make_interval(hours => $1), $2) as count", [query.hours, query.limit]);

/** Deletes facts that were sent more than `hours` ago; answers how many. */
export const purgeOutbox = (db: Db, query: { hours: number; limit: number }): Promise<number> =>
  countOf(db, "select purge_outbox(make_interval(hours => $1), $2) as count", [query.hours, query.limit]);

/** Deletes security events older than `days`; answers how many. */
export const purgeSecurityEvents = (db: Db, query: { days: number; limit: number }): Promise<number> =>
  countOf(db, "select purge_security_events($1, $2) as count", [query.days, query.limit]);

/** Gives at most `limit` sessions the time that the changed retention of their link sets; answers how many, finished links included. */
export const dateRetention = (db: Db, limit: number): Promise<number> =>
  countOf(db, "select date_retention($1) as count", [limit]);

/** A step of removing content; `recent`: ids of sessions that ended so recently that their live stream may still be there. */
export interface Purged {
  looked: number;
  purged: number;
  recent: string[];
}

/**
 * Removes the content of at most `limit` ended sessions whose time has come, in one transaction. `defaultDays`: of sessions
 * for which no link says otherwise; null = forever. A session that is looked at and not due is only given its next date.
 */
export async function purgeSessions(db: Db, query: { defaultDays: number | null; limit: number }): Promise<Purged> {
  const rows = await db.query<Purged>("select looked, purged, recent from purge_sessions($1, $2)", [
    query.defaultDays,
    query.limit,
  ]);
  return rows[0] ?? { looked: 0, purged: 0, recent: [] };
}

/** A session as its archive names it: by tenant, the month in which it began, and its id. */
export interface PastSession {
  id: string;
  tenant_id: string;
  session_id: string;
  month: string;
}

/** At most `limit` sessions whose content is about to be removed; none of a tenant with an erasure under way. */
export const sessionsPastKeeping = (
  db: Db,
  query: { defaultDays: number | null; limit: number },
): Promise<PastSession[]> =>
  db.query<PastSession>("select id, tenant_id, session_id, month from sessions_past_keeping($1, $2)", [
    query.defaultDays,
    query.limit,
  ]);

/** Whether nothing of a session has been removed. */
export async function isWhole(db: Db, session: PastSession): Promise<boolean> {
  const { rows } = await db.tenant(session.tenant_id, (trx) =>
    sql<{ whole: boolean }>`select purged_at is null as whole from text_conversations where id = ${session.id}`.execute(
      trx,
    ),
  );
  return rows[0]?.whole === true;
}

/** Removes the content of these sessions, where their time has come, in one transaction. */
export async function purgeArchived(db: Db, query: { defaultDays: number | null; ids: string[] }): Promise<Purged> {
  const rows = await db.query<Purged>("select looked, purged, recent from purge_archived($1, $2::uuid[])", [
    query.defaultDays,
    query.ids,
  ]);
  return rows[0] ?? { looked: 0, purged: 0, recent: [] };
}

/** Removes memories of people that were not used for `days`; null = none. Answers how many. */
export const purgeMemories = async (
  db: Db,
  { days, limit }: { days: number | null; limit: number },
): Promise<number> => (days === null ? 0 : countOf(db, "select purge_memories($1, $2) as count", [days, limit]));

/** Deletes crossings of alerts that were over `days` ago; answers how many. */
export const purgeAlertFirings = (db: Db, query: { days: number; limit: number }): Promise<number> =>
  countOf(db, "select purge_alert_firings($1, $2) as count", [query.days, query.limit]);

/** Deletes rollups of hours past their keeping; answers how many. */
export const purgeAnalyticsHours = (db: Db, limit: number): Promise<number> =>
  countOf(db, "select purge_analytics_hours($1) as count", [limit]);

/** Looks at most at `limit` alerts that are due, and again in `everyMs`; answers how many, and how many crossings began or ended. */
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

/** Deletes entries of the audit older than `days` from the beginning of one chain; answers how many. */
export const purgeAudit = (db: Db, query: { days: number; limit: number }): Promise<number> =>
  countOf(db, "select purge_audit($1, $2) as count", [query.days, query.limit]);

/**
 * Takes the numbers of at most `limit` sessions that ended, changed, or continued for `liveSeconds`, and adds what was noted to the
 * rollups; answers how many sessions were looked at and how many amounts were added. Zeros while another replica does it.
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
