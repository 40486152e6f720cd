-- Commits the turns that leave nothing behind but words: answered, the session continues with the agent, no budget, no
-- timeout, no files, no webhooks. One statement over sets, each turn behind its own fence. Items it does not return are
-- untouched and left to commit_turns(): turns that are fenced, and those of a tenant with a receiver of
-- `message.completed`. Arrays with one element per turn; p_variables: null = none was set; p_messages, p_events: how
-- many the turn writes; p_closing_head and p_closing_tail: payload of the event that closes the turn, as JSON around
-- quota and expiry, which are read here. m_…: one element per message of the agent, e_…: one per event but the closing
-- one; …_turn says of which turn, …_at which of its messages or events (from 1, the visitor's message counts).
-- Looks across tenants: the tenant is compared where the session is found, and written from the row found.
-- Cost: rows are locked in the order of their ids, as in all statements of a turn. Each is found by its primary key,
-- also by the plan of an empty table: `any(array[…])` excludes the order of an index as a way to join, and `is not
-- distinct from` the index of the tenant.
create or replace function commit_plain_turns(
  p_tenant uuid[], p_conversation uuid[], p_fence bigint[], p_seq integer[], p_state text[], p_node text[],
  p_node_name text[], p_node_changed boolean[], p_turn_number integer[], p_moves integer[], p_variables text[],
  p_result text[], p_trace text[], p_messages integer[], p_events integer[], p_closing_head text[],
  p_closing_tail text[], m_turn integer[], m_at integer[], m_content text[], m_node text[], m_node_name text[],
  e_turn integer[], e_at integer[], e_type text[], e_payload text[], p_lease_ms integer
)
returns table (
  n integer, head integer, more boolean, messages_used integer, max_messages integer, expires_at text,
  created_at text
)
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_timestamp();
  v_until timestamptz := v_now + make_interval(secs => p_lease_ms / 1000.0);
begin
  return query
  with done as (
    update text_conversations c
    set
      state = i.state::jsonb,
      node_id = i.node,
      node_name = i.node_name,
      node_entered_at = case when i.node_changed then v_now else c.node_entered_at end,
      collected_data = case
        when i.variables is null then c.collected_data
        else c.collected_data || i.variables::jsonb
      end,
      total_turns = i.turn_number,
      total_transitions = c.total_transitions + i.moves,
      message_sequence = c.message_sequence + i.messages,
      event_offset = c.event_offset + i.events,
      done_seq = i.seq,
      committed_fence = c.fence,
      updated_at = v_now,
      lease_until = case when c.next_seq > i.seq then v_until end
    from (
      select *
      from unnest(
        p_tenant, p_conversation, p_fence, p_seq, p_state, p_node, p_node_name, p_node_changed, p_turn_number, p_moves,
        p_variables, p_result, p_trace, p_messages, p_events, p_closing_head, p_closing_tail
      ) with ordinality u(
        tenant, id, fence, seq, state, node, node_name, node_changed, turn_number, moves, variables, result, trace,
        messages, events, closing_head, closing_tail, n
      )
      order by id
    ) i
    where c.id = any(array[i.id])
      and c.tenant_id is not distinct from i.tenant
      and c.fence = i.fence
      and c.done_seq = i.seq - 1
      and c.status = 'active'
      and (
        select w.id
        from webhook_endpoints w
        where w.tenant_id = c.tenant_id
          and w.agent_version is null
          and w.is_active
          and w.events && array['message.completed', 'message.*', '*']
        limit 1
      ) is null
    returning
      i.n::integer, c.id, c.tenant_id, i.seq, i.result, i.trace, c.message_sequence - i.messages as messages_before,
      c.event_offset - i.events as events_before, c.event_offset as head, c.next_seq > i.seq as more,
      c.messages_used, c.max_messages, iso(c.expires_at) as expires_at, i.closing_head, i.closing_tail
  ),
  said as (
    update session_turns t
    set status = 'done', result = d.result::json, trace = d.trace::json, done_at = v_now
    from done d
    where t.conversation_id = any(array[d.id]) and t.seq = d.seq
    returning d.messages_before, t.*
  ),
  messages as (
    insert into text_conversation_messages (
      conversation_id, tenant_id, sequence, turn_seq, role, content, node_id, node_name, client_message_id, created_at
    )
    select
      conversation_id, tenant_id, messages_before + 1, seq, 'user', content, null, null, client_message_id, created_at
    from said
    where kind = 'message'
    union all
    select d.id, d.tenant_id, d.messages_before + m.at, d.seq, 'assistant', m.content, m.node, m.node_name, null, v_now
    from done d
    join unnest(m_turn, m_at, m_content, m_node, m_node_name) m(turn, at, content, node, node_name) on m.turn = d.n
  ),
  events as (
    insert into session_events (conversation_id, event_offset, tenant_id, type, payload, created_at)
    select d.id, d.events_before + e.at, d.tenant_id, e.type, e.payload::json, v_now
    from done d
    join unnest(e_turn, e_at, e_type, e_payload) e(turn, at, type, payload) on e.turn = d.n
    union all
    select
      id, head, tenant_id, 'turn',
      (
        closing_head || ',"message_count":' || messages_used || ',"remaining_messages":'
          || coalesce((max_messages - messages_used)::text, 'null') || ',"expires_at":'
          || coalesce('"' || expires_at || '"', 'null') || closing_tail
      )::json,
      v_now
    from done
  )
  select n, head, more, messages_used, max_messages, expires_at, iso(v_now)
  from done;
end
$$;

select run_across_tenants('commit_plain_turns');
select keep_index_plans('commit_plain_turns');
