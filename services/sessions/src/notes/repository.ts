import { AppError, type SessionNote, sessionNote } from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { z } from "zod";
import type { ListPosition } from "../webhooks/endpoint-repository.js";

const added = z.object({ note: sessionNote, replayed: z.boolean() });

/** Oldest first, after `after`. Throws `session_not_found`. */
export async function listNotes(
  db: Db,
  at: { tenantId: string; sessionId: string; after: ListPosition | null; limit: number },
): Promise<SessionNote[]> {
  return db.tenant(at.tenantId, async (trx) => {
    const found = await sql<{ id: string }>`
      select id from text_conversations where session_id = ${at.sessionId}`.execute(trx);
    const [session] = found.rows;
    if (session === undefined) throw new AppError("session_not_found");
    const { rows } = await sql<{ r: unknown }>`
      select note_json(n) as r from session_notes n
       where n.conversation_id = ${session.id}
         and (${at.after?.createdAt ?? null}::timestamptz is null
           or (n.created_at, n.id) > (${at.after?.createdAt ?? null}::timestamptz, ${at.after?.id ?? null}::uuid))
       order by n.created_at, n.id limit ${at.limit}`.execute(trx);
    return rows.map(({ r }) => sessionNote.parse(r));
  });
}

export async function addNote(db: Db, tenantId: string, p: Record<string, unknown>): Promise<z.output<typeof added>> {
  const [row] = await db.query<{ r: unknown }>("select add_note($1, $2::jsonb) as r", [tenantId, JSON.stringify(p)]);
  return added.parse(row?.r);
}

export async function removeNote(
  db: Db,
  at: { tenantId: string; sessionId: string; id: string; author: string; any: boolean },
): Promise<void> {
  const values = [at.tenantId, at.sessionId, at.id, at.author, at.any];
  await db.query("select remove_note($1, $2, $3, $4, $5)", values);
}
