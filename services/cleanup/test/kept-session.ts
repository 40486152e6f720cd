import { newId } from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { insertLink, insertTenant } from "@parley/testkit";

/** In every column of a session that can hold what somebody said, did or is. */
export const WORD = "quokka-4711";

export interface Owner {
  tenantId: string;
  agentId: string;
}

export async function newOwner(db: Db): Promise<Owner> {
  const { tenantId, agentId } = await insertTenant(db);
  await db.tenant(tenantId, async (trx) => {
    await sql`insert into webhook_endpoints (id, tenant_id, url, events, created_by)
      values (gen_random_uuid(), ${tenantId}, 'https://example.com', '{}', 'test')`.execute(trx);
  });
  return { tenantId, agentId };
}

export async function newLink(db: Db, owner: Owner, retentionDays: number | null): Promise<string> {
  const columns = { max_sessions: 9, sessions_used: 4, retention_days: retentionDays };
  const { id } = await insertLink(db, owner, { columns });
  return id;
}

/**
 * Sessions with a row in every table that belongs to one, full of WORD; each with two answered turns of 30 tokens and 0.25 dollars
 * in all. `endedDaysAgo` null = still running. Answers their conversation ids.
 */
export async function keptSessions(
  db: Db,
  owner: Owner,
  given: { count?: number; linkId?: string | null; endedDaysAgo: number | null },
): Promise<string[]> {
  const { linkId = null, endedDaysAgo, count = 1 } = given;
  const ids = Array.from({ length: count }, () => newId());
  await db.tenant(owner.tenantId, async (trx) => {
    await sql`insert into text_conversations (id, session_id, tenant_id, agent_id, agent_version, is_active_version, link_id, state, node_id,
          collected_data, total_turns, total_transitions, message_sequence, participant, metadata, link_policy, messages_used, next_seq, done_seq,
          operator_name, handover_summary, idle_check_at, created_at, updated_at)
        select id::uuid, 'text_' || id, ${owner.tenantId}, ${owner.agentId}, 1, true, ${linkId}, ${word("state")}, 'start', ${word("data")}, 2, 1, 4,
          ${JSON.stringify({ email: `${WORD}@example.com`, identifier: WORD })}, ${word("metadata")}, ${word("intent")}, 2, 2, 2,
          ${WORD}, ${WORD}, now(), now() - interval '40 days', now() from unnest(${ids}::text[]) id`.execute(trx);
    for (const statement of contents(owner, ids)) await statement.execute(trx);
    if (endedDaysAgo === null) return;
    await sql`update text_conversations set status = 'completed', end_reason = 'visitor', ended_at = now() - make_interval(hours => ${Math.round(24 * endedDaysAgo)}),
        purge_at = (select own_purge_time(deleted_at, retention_days, now() - make_interval(hours => ${Math.round(24 * endedDaysAgo)}))
          from temporary_chat_links l where l.id = link_id)
      where id = any(${ids}::uuid[])`.execute(trx);
    await sql`update webhook_deliveries set ended_at = now(), status = 'delivered' where type = 'session.ended'`.execute(
      trx,
    );
  });
  return ids;
}

const word = (key: string): string => JSON.stringify({ [key]: WORD });

function contents({ tenantId }: Owner, ids: string[]) {
  const of = sql`unnest(${ids}::uuid[]) c(id)`;
  const result = JSON.stringify({ response: WORD, usage: { input_tokens: 10, output_tokens: 5, cost: 0.125 } });
  return [
    sql`insert into session_turns (conversation_id, seq, tenant_id, kind, content, client_message_id, idem_key, idem_fingerprint, signature, status,
        result, trace, files, done_at) select c.id, n, ${tenantId}, 'message', ${WORD}, ${WORD} || n, ${WORD} || n, ${WORD}, ${WORD} || n, 'done',
        ${result}, ${JSON.stringify({ trace: WORD, variable_nodes: { data: "a" } })}, ${word("files")}, now() + interval '1 second' from ${of}, generate_series(1, 2) n`,
    sql`insert into text_conversation_messages (conversation_id, tenant_id, sequence, turn_seq, role, content, client_message_id)
        select c.id, ${tenantId}, n, 1 + n / 2, 'user', ${WORD}, ${WORD} from ${of}, generate_series(0, 3) n`,
    sql`insert into session_events (conversation_id, event_offset, tenant_id, type, payload)
        select c.id, n, ${tenantId}, case n when 1 then 'message' else 'transition' end, ${JSON.stringify({ content: WORD, condition: WORD })}
          from ${of}, generate_series(1, 2) n`,
    sql`insert into dead_turns (conversation_id, seq, tenant_id, reason) select c.id, 2, ${tenantId}, ${WORD} from ${of}`,
    sql`insert into session_feedback (conversation_id, tenant_id, rating, text) select c.id, ${tenantId}, 4, ${WORD} from ${of}`,
    sql`insert into message_ratings (conversation_id, message_id, tenant_id, rating, text)
        select c.id, gen_random_uuid(), ${tenantId}, 'up', ${WORD} from ${of}`,
    sql`insert into session_notes (id, conversation_id, tenant_id, author, author_name, content)
        select gen_random_uuid(), c.id, ${tenantId}, ${WORD}, ${WORD}, ${WORD} from ${of}`,
    sql`insert into session_reviews (conversation_id, tenant_id, verdict, turn_seq, expected, note, reviewer, reviewer_name)
        select c.id, ${tenantId}, 'wrong', 2, ${WORD}, ${WORD}, ${WORD}, ${WORD} from ${of}`,
    sql`insert into session_analyses (conversation_id, tenant_id, status, answers, unanswered, input_tokens)
        select c.id, ${tenantId}, 'done', ${word("mood")}, array[${WORD}], 7 from ${of}`,
    sql`insert into memory_cursors (conversation_id, tenant_id, summarised_through, input_tokens) select c.id, ${tenantId}, 1, 3 from ${of}`,
    sql`insert into escalations (id, tenant_id, conversation_id, status, source, reason, metadata, assigned_to, assigned_name, summary, resolved_at)
        select gen_random_uuid(), ${tenantId}, c.id, 'resolved', 'visitor', ${WORD}, ${word("m")}, ${WORD}, ${WORD}, ${WORD}, now() from ${of}`,
    sql`insert into webhook_deliveries (tenant_id, url, event_id, type, conversation_id, data)
        select ${tenantId}, ${`https://example.com/${WORD}`}, gen_random_uuid(), 'workflow.action', c.id, ${word("v")} from ${of}`,
    sql`with file as (insert into session_files (id, tenant_id, conversation_id, name, media_type, bytes, sha256, turn_seq, complete)
        select gen_random_uuid(), ${tenantId}, c.id, ${WORD}, 'text/plain', 9, '', 1, true from ${of} returning id)
        insert into session_file_chunks (file_id, n, tenant_id, data) select id, 0, ${tenantId}, convert_to(${WORD}, 'UTF8') from file`,
    sql`insert into webhook_deliveries (tenant_id, endpoint_id, event_id, type, conversation_id, data, data_sealed, response_body)
        select ${tenantId}, e.id, gen_random_uuid(), t.type, c.id, ${word("d")}, ${WORD}, ${WORD}
          from ${of}, webhook_endpoints e, (values ('session.ended'), ('session.analyzed')) t(type) where e.tenant_id = ${tenantId}`,
    sql`insert into idempotency_keys (tenant_id, scope, key, fingerprint, response)
        select ${tenantId}, s || c.id, 'k', 'f', ${word("final_node_name")} from ${of}, unnest(array['end:', 'extend:', 'note:']) s`,
    sql`insert into idempotency_keys (tenant_id, scope, key, fingerprint, response)
        select ${tenantId}, s || e.id, 'k', 'f', ${word("suggestion")}
          from ${of}, escalations e, unnest(array['human:', 'suggest:']) s where e.conversation_id = c.id`,
    sql`insert into dev_mail (tenant_id, recipient, subject, body, created_at)
        values (${tenantId}, ${`${WORD}@example.com`}, 'Code', ${WORD}, now() - interval '39 days')`,
  ];
}
