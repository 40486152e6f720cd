import { AppError, type SessionReview, sessionReview } from "@parley/contracts";
import { type Db, sql, type Transaction } from "@parley/db";

/** Throws `session_not_found`. */
async function conversationOf(trx: Transaction, sessionId: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select id from text_conversations where session_id = ${sessionId}`.execute(trx);
  const [session] = rows;
  if (session === undefined) throw new AppError("session_not_found");
  return session.id;
}

export async function findReview(db: Db, tenantId: string, sessionId: string): Promise<SessionReview | null> {
  return db.tenant(tenantId, async (trx) => {
    const id = await conversationOf(trx, sessionId);
    const { rows } = await sql<{ r: unknown }>`
      select review_json(r) as r from session_reviews r where r.conversation_id = ${id}`.execute(trx);
    return rows[0] === undefined ? null : sessionReview.parse(rows[0].r);
  });
}

/** `write_review.sql`. */
export async function writeReview(db: Db, tenantId: string, p: Record<string, unknown>): Promise<SessionReview> {
  const values = [tenantId, JSON.stringify(p)];
  const [row] = await db.query<{ r: unknown }>("select write_review($1, $2::jsonb) as r", values);
  return sessionReview.parse(row?.r);
}

export async function removeReview(db: Db, tenantId: string, sessionId: string): Promise<void> {
  await db.tenant(tenantId, async (trx) => {
    const id = await conversationOf(trx, sessionId);
    const { rows } = await sql`
      with gone as (delete from session_reviews where conversation_id = ${id} returning conversation_id)
      select review_fact(c, 'removed') from text_conversations c join gone on gone.conversation_id = c.id`.execute(trx);
    if (rows.length === 0) throw new AppError("review_not_found");
  });
}
