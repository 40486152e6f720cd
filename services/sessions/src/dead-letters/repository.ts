import { type DeadLetterStatus, deadLetter, deadLetterWhole, sessionEvent } from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { z } from "zod";

const replayed = z.object({
  dead: deadLetter,
  /** An earlier replay waits or was answered; nothing changed. */
  repeated: z.boolean(),
  seq: z.number().int(),
  events: z.array(sessionEvent),
});

/** Where a page ends: its last row, with the time in the database's precision. */
export interface DeadLetterPlace {
  createdAt: string;
  conversationId: string;
  seq: number;
}

export interface DeadLetterFilter {
  status: DeadLetterStatus | undefined;
  sessionId: string | undefined;
  agentId: string | undefined;
  limit: number;
  before: DeadLetterPlace | null;
}

interface Row {
  r: unknown;
  created_at: string;
  conversation_id: string;
  seq: number;
}

/** SQL of the dead letters. */
export function createDeadLetterRepository(db: Db) {
  return {
    /** Newest first; `place` leads to the rows after this one. */
    list: (tenantId: string, { status, sessionId, agentId, limit, before }: DeadLetterFilter) =>
      db.tenant(tenantId, async (trx) => {
        const { rows } = await sql<Row>`
          select j.r, d.created_at::text as created_at, d.conversation_id, d.seq
            from dead_turns d cross join lateral (select dead_turn_json(d) as r) j
           where d.tenant_id = ${tenantId}
             and (${status ?? null}::text is null or j.r ->> 'status' = ${status ?? null})
             and (${agentId ?? null}::text is null or j.r ->> 'agent_id' = ${agentId ?? null})
             and (${sessionId ?? null}::text is null
                  or d.conversation_id = (select c.id from text_conversations c where c.session_id = ${sessionId ?? null}))
             and (${before?.createdAt ?? null}::timestamptz is null or (d.created_at, d.conversation_id, d.seq)
                  < (${before?.createdAt ?? null}::timestamptz, ${before?.conversationId ?? null}::uuid, ${before?.seq ?? null}::integer))
           order by d.created_at desc, d.conversation_id desc, d.seq desc limit ${limit}`.execute(trx);
        return rows.map(({ r, created_at, conversation_id, seq }) => ({
          shown: deadLetter.parse(r),
          place: { createdAt: created_at, conversationId: conversation_id, seq },
        }));
      }),
    get: (tenantId: string, conversationId: string, seq: number) =>
      db.tenant(tenantId, async (trx) => {
        const { rows } = await sql<{ r: unknown }>`
          select dead_turn_json(d) || jsonb_build_object('content', t.content, 'files', coalesce(t.files, '[]')) as r
            from dead_turns d join session_turns t using (conversation_id, seq)
           where d.tenant_id = ${tenantId} and d.conversation_id = ${conversationId} and d.seq = ${seq}`.execute(trx);
        return rows[0] === undefined ? null : deadLetterWhole.parse(rows[0].r);
      }),
    /** One transaction, one round trip. Throws the errors of a message. */
    async replay(tenantId: string, turn: { conversationId: string; seq: number }, by: string) {
      const values = [tenantId, turn.conversationId, turn.seq, JSON.stringify({ by })];
      const [row] = await db.query<{ r: unknown }>("select replay_dead_turn($1, $2, $3, $4::jsonb) as r", values);
      return replayed.parse(row?.r);
    },
    drop: (tenantId: string, conversationId: string, seq: number) =>
      db.tenant(tenantId, async (trx) => {
        const { rows } = await sql`
          delete from dead_turns where tenant_id = ${tenantId} and conversation_id = ${conversationId} and seq = ${seq}
          returning seq`.execute(trx);
        return rows.length > 0;
      }),
  };
}
export type DeadLetterRepository = ReturnType<typeof createDeadLetterRepository>;
