import { type ListPosition, newId, type SecurityEventKind, type SecurityEventNote } from "@parley/contracts";
import { type Db, sql } from "@parley/db";

export interface SecurityEventRow {
  id: string;
  link_id: string | null;
  kind: SecurityEventKind;
  scope: string | null;
  country: string | null;
  address_hash: string | null;
  session_id: string | null;
  count: number;
  at: string;
  /** With microsecond precision, for the cursor. */
  position: string;
}

/** Stores events of one tenant; returns how many. */
export async function keepSecurityEvents(db: Db, tenantId: string, events: SecurityEventNote[]): Promise<number> {
  const rows = events.map((event) => ({
    id: newId(),
    link_id: event.linkId,
    kind: event.kind,
    scope: event.scope,
    country: event.country,
    address_hash: event.addressHash,
    session_id: event.sessionId,
    count: event.count,
    at: event.at,
  }));
  const answer = await db.query<{ kept: number }>("select note_security_events($1, $2::jsonb) as kept", [
    tenantId,
    JSON.stringify(rows),
  ]);
  return answer[0]?.kept ?? 0;
}

export interface SecurityEventFilter {
  linkId: string | null;
  kind: SecurityEventKind | null;
  days: number;
  before: ListPosition | null;
  limit: number;
}

/** Newest first. */
export const readSecurityEvents = (
  db: Db,
  tenantId: string,
  filter: SecurityEventFilter,
): Promise<SecurityEventRow[]> =>
  db.tenant(tenantId, async (trx) => {
    const { linkId, kind, days, before, limit } = filter;
    const { rows } = await sql<SecurityEventRow>`
      select id, link_id, kind, scope, country, address_hash, session_id, count, iso(created_at) as at,
             to_char(created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position
        from security_events
       where tenant_id = ${tenantId}
         and created_at > clock_timestamp() - make_interval(days => ${days}::integer)
         and (${linkId}::uuid is null or link_id = ${linkId}::uuid)
         and (${kind}::text is null or kind = ${kind}::text)
         and (${before?.createdAt ?? null}::timestamptz is null
              or (created_at, id) < (${before?.createdAt ?? null}::timestamptz, ${before?.id ?? null}::uuid))
       order by created_at desc, id desc limit ${limit}`.execute(trx);
    return rows;
  });
