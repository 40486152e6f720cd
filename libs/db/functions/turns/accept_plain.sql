-- Accepts the messages that need only a look at their own session, in one statement over sets, and grants the lease of
-- each session that is free (lease_is_free). runner: who last took its lease by itself, and so has it cached; null =
-- nobody. Items it does not return are untouched and left to accept_messages(): files, repeats, refusals, first
-- messages, budgets, approved addresses, and the second message of one session. Arrays with one element per message;
-- access is p_session (p_tenant null = an operator-wide key) or p_link with a visitor's token and its hash (hex);
-- p_event: payload of the message's event as JSON, without its brace and the turn id. A concurrent repeat fails the
-- statement by a unique key (23505).
-- Looks across tenants: the tenant is compared where the session is found, and written from the row found.
-- Cost: rows are locked in the order of their ids, as in all statements of a turn. Each is found by one unique key,
-- also by the plan of an empty table: `any(array[…])` excludes the order of an index as a way to join, and conditions
-- that another index could serve are in a `case`.
create or replace function accept_plain(
  p_tenant uuid[], p_session text[], p_link uuid[], p_token text[], p_token_hash text[], p_content text[],
  p_client_message_id text[], p_idem_key text[], p_idem_fingerprint text[], p_signature text[], p_reply_to text[],
  p_event text[], p_lease_ms integer
)
returns table (
  n integer, conversation_id uuid, session_id text, tenant_id uuid, seq integer, event_offset integer,
  messages_used integer, max_messages integer, expires_at text, created_at text, granted_fence bigint, runner text
)
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_timestamp();
  v_until timestamptz := v_now + make_interval(secs => p_lease_ms / 1000.0);
  v_ticket text := 'granted ' || gen_random_uuid() || ' ';
begin
  return query
  with a as (
    update text_conversations c
    set
      next_seq = c.next_seq + 1,
      messages_used = c.messages_used + 1,
      event_offset = c.event_offset + 1,
      updated_at = v_now,
      fence = c.fence + lease_is_free(c, v_now)::integer,
      lease_owner = case when lease_is_free(c, v_now) then v_ticket || runner_of(c.lease_owner) else c.lease_owner end,
      lease_until = case when lease_is_free(c, v_now) then v_until else c.lease_until end
    from (
      select
        u.*,
        case
          when u.session is not null
            then (
              select case when tenant_id = u.tenant or u.tenant is null then id end
              from text_conversations
              where session_id = u.session
            )
          else (
            select
              case
                when token_hash = decode(u.token_hash, 'hex')
                  and link_id = u.link
                  and tenant_id = u.tenant
                  and (expires_at is null or expires_at > v_now)
                  then conversation_id
              end
            from temporary_chat_sessions
            where token_id = u.token
          )
        end as id
      from unnest(
        p_tenant, p_session, p_link, p_token, p_token_hash, p_content, p_client_message_id, p_idem_key,
        p_idem_fingerprint, p_signature, p_reply_to, p_event
      ) with ordinality u(
        tenant, session, link, token, token_hash, content, client_message_id, idem_key, idem_fingerprint, signature,
        reply_to, event, n
      )
      order by id
    ) i
    where c.id = any(array[i.id])
      and c.counted
      and session_refusal(c, v_now) is null
      and (c.max_messages is null or c.messages_used < c.max_messages)
      and c.next_seq - c.done_seq < 11
      and (
        c.link_id is null
        or (
          select
            l.is_active
              and l.deleted_at is null
              and (l.expires_at is null or l.expires_at > v_now)
              and b.link_id is null
              and (
                i.session is not null
                or (
                  coalesce(p.links_enabled, true)
                  and coalesce(p.mode, 'open') <> 'approval'
                  and (c.participant_verified or not l.require_email and coalesce(p.mode, 'open') = 'open')
                )
              )
          from temporary_chat_links l
          left join agent_access_policies p on p.agent_id = l.agent_id
          left join link_budgets b on b.link_id = l.id
          where l.id = c.link_id
        )
      )
      and (
        select seq from session_turns t where t.conversation_id = c.id and t.client_message_id = i.client_message_id
      ) is null
      and (select seq from session_turns t where t.conversation_id = c.id and t.idem_key = i.idem_key) is null
      and (select seq from session_turns t where t.conversation_id = c.id and t.signature = i.signature) is null
    returning
      i.*, c.session_id, c.tenant_id, c.next_seq as seq, c.event_offset, c.messages_used, c.max_messages,
      c.expires_at, runner_of(c.lease_owner) as runner,
      case when starts_with(c.lease_owner, v_ticket) and c.next_seq = c.done_seq + 1 then c.fence end as fence
  ),
  t as (
    insert into session_turns (
      conversation_id, seq, tenant_id, kind, content, client_message_id, idem_key, idem_fingerprint, signature,
      reply_to, created_at
    )
    select
      id, seq, tenant_id, 'message', content, client_message_id, idem_key, idem_fingerprint, signature, reply_to, v_now
    from a
  ),
  e as (
    insert into session_events (conversation_id, event_offset, tenant_id, type, payload, created_at)
    select id, event_offset, tenant_id, 'message', ('{"turn_id":"' || id || '.' || seq || '",' || event)::json, v_now
    from a
  )
  select
    n::integer, id, session_id, tenant_id, seq, event_offset, messages_used, max_messages, iso(expires_at), iso(v_now),
    fence, nullif(runner, '')
  from a;
end
$$;

select run_across_tenants('accept_plain');
select keep_index_plans('accept_plain');
