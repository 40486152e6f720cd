import { type Db, sql } from "@parley/db";

type Json = Record<string, unknown>;

export interface ExportedSession {
  id: string;
  session_id: string;
  /** When it began, with microseconds. */
  position: string;
  file_ids: { id: string; name: string }[];
  record: Json;
}

/** Sessions with this address, or with it as the participant's identifier, in the order they began. */
export async function sessionsOf(
  db: Db,
  query: { tenantId: string; email: string; after: { at: string; id: string } | null; limit: number },
): Promise<ExportedSession[]> {
  const after = query.after
    ? sql`and (c.created_at, c.id) > (${query.after.at}::timestamptz, ${query.after.id}::uuid)`
    : sql``;
  const { rows } = await db.tenant(query.tenantId, (trx) =>
    sql<ExportedSession>`
      select c.id, c.session_id,
        to_char(c.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position,
        coalesce((select json_agg(json_build_object('id', f.id, 'name', f.name) order by f.created_at)
          from session_files f where f.conversation_id = c.id and f.complete and f.turn_seq is not null), '[]') as file_ids,
        json_build_object(
          'session_id', c.session_id, 'agent', a.name, 'status', c.status, 'end_reason', c.end_reason,
          'created_at', iso(c.created_at), 'updated_at', iso(c.updated_at), 'ended_at', iso(c.ended_at),
          'content_kept_until', iso(c.purge_at), 'participant', c.participant,
          'address_confirmed', c.participant_verified, 'turns', c.total_turns,
          'variables', c.collected_data, 'metadata', c.metadata, 'page_context', c.page_context,
          'handover_summary', c.handover_summary,
          'consents', (select json_agg(json_build_object('at', iso(s.consent_at), 'text_sha256', s.consent_hash))
            from temporary_chat_sessions s where s.conversation_id = c.id and s.consent_at is not null),
          'feedback', (select json_build_object('rating', rating, 'text', text, 'at', iso(updated_at))
            from session_feedback where conversation_id = c.id),
          'ratings', (select json_agg(json_build_object('message_id', message_id, 'rating', rating, 'text', text,
              'at', iso(updated_at))) from message_ratings where conversation_id = c.id),
          'escalations', (select json_agg(json_build_object('status', status, 'source', source, 'reason', reason,
              'summary', summary, 'metadata', metadata, 'outcome', outcome, 'assigned_name', assigned_name,
              'answer_by_mail_to', answer_to -> 'hint', 'created_at', iso(created_at),
              'resolved_at', iso(resolved_at)) order by created_at)
            from escalations where conversation_id = c.id),
          'analysis', (select json_build_object('answers', answers, 'at', iso(ended_at))
            from session_analyses where conversation_id = c.id and answers is not null),
          'files', (select json_agg(json_build_object('id', id, 'name', name, 'media_type', media_type,
              'bytes', bytes, 'at', iso(created_at)) order by created_at)
            from session_files where conversation_id = c.id and complete)
        ) as record
      from text_conversations c join agents a on a.id = c.agent_id
     where c.tenant_id = app_tenant()
       and (c.participant_email = ${query.email} or c.participant_identifier = ${query.email}) ${after}
     order by c.created_at, c.id limit ${query.limit}`.execute(trx),
  );
  return rows;
}

/** Null = the tenant has no such session. */
export async function messagesAfter(
  db: Db,
  at: { tenantId: string; sessionId: string; after: number; limit: number },
): Promise<(Json & { sequence: number })[] | null> {
  return db.tenant(at.tenantId, async (trx) => {
    const { rows: found } = await sql<{ id: string; created_at: Date }>`
      select id, created_at from text_conversations where session_id = ${at.sessionId}`.execute(trx);
    const [session] = found;
    if (session === undefined) return null;
    const { rows } = await sql<Json & { sequence: number }>`
      select sequence, id as message_id, iso(created_at) as at, role, author, author_name, content, node_name, files, status
        from text_conversation_messages
       where conversation_id = ${session.id} and created_at >= ${session.created_at} and sequence > ${at.after}
       order by sequence limit ${at.limit}`.execute(trx);
    return rows;
  });
}
