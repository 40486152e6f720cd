import { type SessionLine, sessionLine } from "@parley/contracts";
import { type Db, sql } from "@parley/db";

export interface FoundSession {
  session: SessionLine;
  /** Its place in the requested order. */
  key: string;
}

/** Sessions found by find_sessions(), each as a line. */
export function readSessions(db: Db, tenantId: string, search: Record<string, unknown>): Promise<FoundSession[]> {
  return db.tenant(tenantId, async (trx) => {
    const { rows } = await sql<{ session: unknown; key: string }>`
      select session_row(c) as session, f.key
        from find_sessions(${tenantId}::uuid, ${JSON.stringify(search)}::jsonb) with ordinality f(id, key, n)
        join text_conversations c on c.id = f.id
       order by f.n`.execute(trx);
    return rows.map(({ session, key }) => ({ session: sessionLine.parse(session), key }));
  });
}
