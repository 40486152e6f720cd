import type { Db } from "@parley/db";
import { sql } from "@parley/db";

interface Move {
  conversationId: string;
  /** The new beginning. */
  beganAt: Date;
  /** Between the beginnings of two turns; a person takes three times as long to come. */
  paceSeconds: number;
  /** Nobody came back: a real session would have ended by itself. */
  abandoned: boolean;
}

/**
 * Moves a session that was played just now to the time of its plan, each turn by itself, so that visitors and operators seem to have
 * taken their time. In one transaction, so never half; what was moved is not moved again.
 */
export async function moveBack(db: Db, tenantId: string, { conversationId: id, ...move }: Move): Promise<void> {
  await db.tenant(tenantId, async (trx) => {
    // Stretches of the session: one a turn, and one from the moment at which a person took it.
    const { rows } = await sql<{ seq: number | null; since: string; until: string; shift: string }>`
      with turns as (
        select
          seq, created_at,
          ${move.beganAt.toISOString()}::timestamptz + make_interval(secs => ${move.paceSeconds} * (seq - 1)) - created_at as shift
        from session_turns
        where conversation_id = ${id}
      ),
      stretches as (
        select seq, created_at, shift from turns
        union all
        select null, assigned_at, (select max(shift) from turns) + make_interval(secs => ${move.paceSeconds} * 3)
        from escalations
        where conversation_id = ${id} and assigned_at is not null
      )
      select
        seq, created_at::text as since, shift::text,
        coalesce(lead(created_at) over (order by created_at), 'infinity')::text as until
      from stretches
      order by created_at`.execute(trx);
    const first = sql`${rows[0]?.shift ?? "0"}::interval`;
    const asked = sql`${rows.findLast(({ seq }) => seq !== null)?.shift ?? "0"}::interval`;
    const last = sql`${rows.at(-1)?.shift ?? "0"}::interval`;
    for (const { seq, since, until, shift } of rows) {
      await sql`update session_events set created_at = created_at + ${shift}::interval
        where conversation_id = ${id} and created_at >= ${since}::timestamptz and created_at < ${until}::timestamptz
          and created_at > now() - interval '1 hour'`.execute(trx);
      await sql`update session_turns set created_at = created_at + ${shift}::interval, done_at = done_at + ${shift}::interval
        where conversation_id = ${id} and seq = ${seq}`.execute(trx);
    }
    await sql`update text_conversations set created_at = created_at + ${first}, updated_at = updated_at + ${last},
        node_entered_at = node_entered_at + ${asked}, ended_at = ended_at + ${last}, expires_at = expires_at + ${last},
        status = case when ${move.abandoned} then 'abandoned' else status end
      where id = ${id}`.execute(trx);
    await sql`update temporary_chat_sessions set created_at = created_at + ${first}, ended_at = ended_at + ${last},
        expires_at = expires_at + ${last}
      where conversation_id = ${id}`.execute(trx);
    await sql`update escalations set created_at = created_at + ${asked}, assigned_at = assigned_at + ${last},
        resolved_at = resolved_at + ${last}, updated_at = updated_at + ${last}
      where conversation_id = ${id}`.execute(trx);
    for (const table of ["session_feedback", "message_ratings"]) {
      await sql`update ${sql.table(table)} set created_at = created_at + ${last}, updated_at = updated_at + ${last}
        where conversation_id = ${id}`.execute(trx);
    }
  });
}
