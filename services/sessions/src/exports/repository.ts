import { type Db, sql } from "@parley/db";

/** Position of a record in an export: the session's start and id, and its place within the session. */
export interface Position {
  at: string;
  id: string;
  part: string;
}

export interface ExportQuery {
  tenantId: string;
  agentId: string | undefined;
  linkId: string | undefined;
  sessionId: string | undefined;
  from: string | undefined;
  to: string | undefined;
  after: Position | null;
  limit: number;
}

export interface ExportedRow extends Position {
  record: Record<string, unknown>;
}

const position = sql`to_char(c.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, c.id`;

/** The requested sessions, starting with the one of `after`: an export may continue within a session. */
function chosen({ agentId, linkId, sessionId, from, to, after }: ExportQuery) {
  const conditions = [
    sql`c.tenant_id = app_tenant()`,
    ...(agentId === undefined ? [] : [sql`c.agent_id = ${agentId}`]),
    ...(linkId === undefined ? [] : [sql`c.link_id = ${linkId}`]),
    ...(sessionId === undefined ? [] : [sql`c.session_id = ${sessionId}`]),
    ...(from === undefined ? [] : [sql`c.created_at >= ${from}::timestamptz`]),
    ...(to === undefined ? [] : [sql`c.created_at < ${to}::timestamptz`]),
    ...(after === null ? [] : [sql`(c.created_at, c.id) >= (${after.at}::timestamptz, ${after.id}::uuid)`]),
  ];
  return sql.join(conditions, sql` and `);
}

/** Reads up to `limit` rows along the index of the tenant's sessions. */
export async function sessionsFrom(db: Db, query: ExportQuery): Promise<ExportedRow[]> {
  const { after, limit } = query;
  const { rows } = await db.tenant(query.tenantId, (trx) =>
    sql<ExportedRow>`
      select ${position}, '' as part, json_build_object(
          'session_id', c.session_id, 'agent_id', c.agent_id, 'agent_version', c.agent_version, 'link_id', c.link_id,
          'status', c.status, 'end_reason', c.end_reason, 'created_at', iso(c.created_at),
          'ended_at', iso(c.ended_at), 'turns', c.total_turns, 'messages', c.messages_used,
          'participant', c.participant, 'participant_verified', c.participant_verified,
          'collected_data', c.collected_data, 'metadata', c.metadata,
          'handover_summary', c.handover_summary) as record
        from text_conversations c
       where ${chosen(query)} and (${after?.id ?? null}::uuid is null or c.id <> ${after?.id ?? null}::uuid)
       order by c.created_at, c.id limit ${limit}`.execute(trx),
  );
  return rows;
}

/** Reads up to `limit` rows along the sessions: of each, its messages after the one named in `after`. */
export async function messagesFrom(db: Db, query: ExportQuery): Promise<ExportedRow[]> {
  const { after, limit } = query;
  const within = /^\d+$/.test(after?.part ?? "") ? Number(after?.part) : 0;
  const { rows } = await db.tenant(query.tenantId, (trx) =>
    sql<ExportedRow>`
      select ${position}, m.sequence::text as part, json_build_object(
          'session_id', c.session_id, 'message_id', m.id, 'sequence', m.sequence, 'created_at', iso(m.created_at),
          'role', m.role, 'author', m.author, 'author_name', m.author_name, 'node_id', m.node_id,
          'status', m.status, 'content', m.content) as record
        from text_conversations c
        cross join lateral (
          select * from text_conversation_messages m
           where m.conversation_id = c.id and m.created_at >= c.created_at
             and m.sequence > case when c.id = ${after?.id ?? null}::uuid then ${within}::int else 0 end
           order by m.sequence) m
       where ${chosen(query)}
       order by c.created_at, c.id, m.sequence limit ${limit}`.execute(trx),
  );
  return rows;
}

/** Reads up to `limit` rows by sorting the tenant's ratings, which are few compared with its sessions. */
export async function ratingsFrom(db: Db, query: ExportQuery): Promise<ExportedRow[]> {
  const { after, limit } = query;
  const { rows } = await db.tenant(query.tenantId, (trx) =>
    sql<ExportedRow>`
      select ${position}, r.part, json_build_object(
          'session_id', c.session_id, 'message_id', r.message_id, 'rating', r.rating, 'text', r.text,
          'updated_at', iso(r.updated_at)) as record
        from (
          select conversation_id, null::uuid as message_id, '-' as part, rating::text as rating, text, updated_at
            from session_feedback where tenant_id = app_tenant()
          union all
          select conversation_id, message_id, message_id::text, rating, text, updated_at
            from message_ratings where tenant_id = app_tenant()) r
        join text_conversations c on c.id = r.conversation_id
       where ${chosen(query)}
         and (c.id is distinct from ${after?.id ?? null}::uuid or r.part collate "C" > ${after?.part ?? ""} collate "C")
       order by c.created_at, c.id, r.part collate "C" limit ${limit}`.execute(trx),
  );
  return rows;
}

/** Reads up to `limit` rows along the sessions: of each, its notes after the one named in `after`. */
export async function notesFrom(db: Db, query: ExportQuery): Promise<ExportedRow[]> {
  const { after, limit } = query;
  const { rows } = await db.tenant(query.tenantId, (trx) =>
    sql<ExportedRow>`
      select ${position}, n.id::text as part, json_build_object(
          'session_id', c.session_id, 'note_id', n.id, 'created_at', iso(n.created_at),
          'author', n.author, 'author_name', n.author_name, 'content', n.content) as record
        from text_conversations c
        join session_notes n on n.conversation_id = c.id
       where ${chosen(query)}
         and (c.id is distinct from ${after?.id ?? null}::uuid or n.id::text collate "C" > ${after?.part ?? ""} collate "C")
       order by c.created_at, c.id, n.id::text collate "C" limit ${limit}`.execute(trx),
  );
  return rows;
}

/** Reads along the reviewed sessions, each with its one verdict. */
export async function reviewsFrom(db: Db, query: ExportQuery): Promise<ExportedRow[]> {
  const { after, limit } = query;
  const { rows } = await db.tenant(query.tenantId, (trx) =>
    sql<ExportedRow>`
      select ${position}, '-' as part, review_json(r) as record
        from text_conversations c
        join session_reviews r on r.conversation_id = c.id
       where ${chosen(query)} and c.id is distinct from ${after?.id ?? null}::uuid
       order by c.created_at, c.id limit ${limit}`.execute(trx),
  );
  return rows;
}
