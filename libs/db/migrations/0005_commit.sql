-- Ends a conversation: status, waiting turns refused, the last event, the fact for the bus. The caller is in the tenant; the guard on
-- `status` makes it happen once. Raising the fence discards the reply of a turn that still runs.
create function close_conversation(p_id uuid, p_status text, p_reason text) returns boolean language plpgsql as $$
declare c text_conversations;
begin
  update text_conversations set status = p_status, end_reason = p_reason, ended_at = clock_timestamp(), updated_at = clock_timestamp(),
         done_seq = next_seq, fence = fence + 1, lease_until = null, lease_owner = null
   where id = p_id and status = 'active' returning * into c;
  if not found then return false; end if;
  update session_turns set status = 'failed', error_code = 'session_ended', done_at = clock_timestamp() where conversation_id = p_id and status = 'pending';
  update temporary_chat_sessions set ended_at = clock_timestamp() where conversation_id = p_id and ended_at is null;
  perform append_event(p_id, c.tenant_id, 'session_ended', json_build_object('reason', p_reason, 'status', p_status));
  insert into outbox (tenant_id, subject, key, payload)
  values (c.tenant_id, 'sessions.v1.event.ended', c.session_id,
          jsonb_build_object('tenantId', c.tenant_id, 'sessionId', c.session_id, 'conversationId', c.id, 'reason', p_reason));
  return true;
end $$;

-- Commits finished turns of many sessions in one statement (group commit), each behind its own fence.
-- items: [{i, tenant_id, conversation_id, fence, seq, kind, lease_ms, failed: code|null, dead: reason|null, state, node_id, node_name, node_changed,
--          ended: bool, turn_number, notices: [{type, payload}] (further events of the turn), user: {content, client_message_id, created_at}|null, messages: [{node_id,node_name,content}],
--          transitions: [...], variables: {name: value}, result: JSON text, trace: JSON text}], both as text so that their bytes stay
-- Answers {i, outcome: committed | fenced, more: turns wait, head: newest event offset, events: [...]}.
create function commit_turns(items jsonb) returns setof json language plpgsql as $$
declare item jsonb; r json;
begin
  for item in select value from jsonb_array_elements(items) order by (value ->> 'conversation_id')::uuid
  loop
    perform enter_tenant((item ->> 'tenant_id')::uuid);
    if item ->> 'failed' is null then r := commit_turn(item); else r := fail_turn(item); end if;
    return next r;
  end loop;
end $$;

create function commit_turn(item jsonb) returns json language plpgsql as $$
declare
  c text_conversations; v_now timestamptz := clock_timestamp(); v_seq integer := (item ->> 'seq')::int;
  v_user jsonb := case when jsonb_typeof(item -> 'user') = 'object' then item -> 'user' end;
  v_parts integer := jsonb_array_length(item -> 'messages'); v_notices integer := coalesce(jsonb_array_length(item -> 'notices'), 0); v_moves integer := jsonb_array_length(item -> 'transitions');
  v_messages integer := jsonb_array_length(item -> 'messages') + (case when jsonb_typeof(item -> 'user') = 'object' then 1 else 0 end);
  v_events json; v_changes boolean := item -> 'variables' <> '{}'; v_result json := item ->> 'result'; v_first integer;
begin
  update text_conversations set
      state = item -> 'state', node_id = item ->> 'node_id', node_name = item ->> 'node_name',
      node_entered_at = case when (item ->> 'node_changed')::boolean then v_now else node_entered_at end,
      collected_data = collected_data || (item -> 'variables'),
      total_turns = (item ->> 'turn_number')::int, total_transitions = total_transitions + v_moves,
      message_sequence = message_sequence + v_messages,
      event_offset = event_offset + v_moves + v_parts + v_notices + 1,
      done_seq = v_seq, committed_fence = fence, updated_at = v_now,
      lease_until = case when next_seq = v_seq then null else v_now + make_interval(secs => (item ->> 'lease_ms')::int / 1000.0) end
   where id = (item ->> 'conversation_id')::uuid and fence = (item ->> 'fence')::bigint and done_seq = v_seq - 1 and status = 'active'
   returning * into c;
  if not found then return json_build_object('i', item -> 'i', 'outcome', 'fenced'); end if;

  if v_messages > 0 then
    insert into text_conversation_messages (conversation_id, tenant_id, sequence, turn_seq, role, content, node_id, node_name, client_message_id, created_at)
    select c.id, c.tenant_id, c.message_sequence - v_messages + n, v_seq, role, content, node_id, node_name, client_message_id, at
      from (select 1 as n, 'user' as role, v_user ->> 'content' as content, null as node_id, null as node_name,
                   v_user ->> 'client_message_id' as client_message_id, (v_user ->> 'created_at')::timestamptz as at where v_user is not null
            union all
            select ordinality::int + (v_messages - v_parts), 'assistant', value ->> 'content', value ->> 'node_id', value ->> 'node_name', null, v_now
              from jsonb_array_elements(item -> 'messages') with ordinality) m;
  end if;
  if v_moves > 0 then
    insert into text_conversation_transitions (conversation_id, tenant_id, sequence, turn_seq, from_node, from_node_name, to_node, to_node_name, condition, created_at)
    select c.id, c.tenant_id, c.total_transitions - v_moves + ordinality, v_seq, value ->> 'from_node', value ->> 'from_node_name',
           value ->> 'to_node', value ->> 'to_node_name', value ->> 'condition', v_now
      from jsonb_array_elements(item -> 'transitions') with ordinality;
  end if;
  if v_changes then
  insert into text_conversation_variables (conversation_id, name, tenant_id, value, node_id, turn_seq, updated_at)
  select c.id, key, c.tenant_id, value, item ->> 'node_id', v_seq, v_now from jsonb_each(item -> 'variables')
  on conflict (conversation_id, name) do update set value = excluded.value, node_id = excluded.node_id, turn_seq = excluded.turn_seq, updated_at = excluded.updated_at;
  end if;

  -- Events of the turn: transitions, messages, notices, then the one that closes the turn.
  v_first := c.event_offset - v_moves - v_parts - v_notices;
  with e as (
    select v_first - 1 + ordinality as event_offset, 'transition' as type, value::json as payload from jsonb_array_elements(item -> 'transitions') with ordinality
    union all
    select v_first - 1 + v_moves + ordinality, 'message',
           json_build_object('turn_id', c.id || '.' || v_seq, 'role', 'assistant', 'part', ordinality - 1, 'content', value ->> 'content',
                             'node_id', value ->> 'node_id', 'node_name', value ->> 'node_name')
      from jsonb_array_elements(item -> 'messages') with ordinality
    union all
    select v_first - 1 + v_moves + v_parts + ordinality, value ->> 'type', (value -> 'payload')::json from jsonb_array_elements(coalesce(item -> 'notices', '[]')) with ordinality
    union all
    select c.event_offset, 'turn',
           json_build_object('turn_id', c.id || '.' || v_seq, 'status', 'done', 'node_id', c.node_id, 'node_name', c.node_name, 'session_ended', (item ->> 'ended')::boolean,
             'message_count', c.messages_used, 'remaining_messages', c.max_messages - c.messages_used, 'expires_at', iso(c.expires_at),
             'extracted_variables', item -> 'variables')
  ), written as (
    insert into session_events (conversation_id, event_offset, tenant_id, type, payload, created_at)
    select c.id, event_offset, c.tenant_id, type, payload, v_now from e
  )
  select json_agg(json_build_object('offset', event_offset, 'type', type, 'payload', payload, 'created_at', iso(v_now)) order by event_offset) into v_events from e;

  update session_turns set status = 'done', result = v_result, trace = (item ->> 'trace')::json, done_at = v_now where conversation_id = c.id and seq = v_seq;
  if (item ->> 'ended')::boolean then perform close_conversation(c.id, 'completed', 'workflow_ended'); end if;
  return json_build_object('i', item -> 'i', 'outcome', 'committed', 'more', c.next_seq > v_seq and not (item ->> 'ended')::boolean,
    'head', c.event_offset + (case when (item ->> 'ended')::boolean then 1 else 0 end), 'events', v_events, 'conversation_id', c.id);
end $$;

-- A turn that could not be answered: the quota comes back, the state stays, the session goes on. A failed opening ends the session instead.
create function fail_turn(item jsonb) returns json language plpgsql as $$
declare
  c text_conversations; v_now timestamptz := clock_timestamp(); v_seq integer := (item ->> 'seq')::int; v_events json;
  v_open boolean := item ->> 'kind' = 'open';
begin
  update text_conversations set done_seq = v_seq, committed_fence = fence, updated_at = v_now,
      messages_used = messages_used - (case when v_open then 0 else 1 end),
      message_sequence = message_sequence + (case when v_open then 0 else 1 end), event_offset = event_offset + 1,
      lease_until = case when next_seq = v_seq then null else v_now + make_interval(secs => (item ->> 'lease_ms')::int / 1000.0) end
   where id = (item ->> 'conversation_id')::uuid and fence = (item ->> 'fence')::bigint and done_seq = v_seq - 1 and status = 'active'
   returning * into c;
  if not found then return json_build_object('i', item -> 'i', 'outcome', 'fenced'); end if;
  if not v_open then
    insert into text_conversation_messages (conversation_id, tenant_id, sequence, turn_seq, role, content, client_message_id, status, created_at)
    values (c.id, c.tenant_id, c.message_sequence, v_seq, 'user', item -> 'user' ->> 'content', item -> 'user' ->> 'client_message_id', 'failed',
            (item -> 'user' ->> 'created_at')::timestamptz);
  end if;
  insert into session_events (conversation_id, event_offset, tenant_id, type, payload, created_at)
  values (c.id, c.event_offset, c.tenant_id, 'error', json_build_object('turn_id', c.id || '.' || v_seq, 'code', item ->> 'failed',
          'message_count', c.messages_used, 'remaining_messages', c.max_messages - c.messages_used), v_now)
  returning json_build_array(json_build_object('offset', event_offset, 'type', type, 'payload', payload, 'created_at', iso(v_now))) into v_events;
  update session_turns set status = 'failed', error_code = item ->> 'failed', trace = (item ->> 'trace')::json, done_at = v_now where conversation_id = c.id and seq = v_seq;
  if item ->> 'dead' is not null then
    insert into dead_turns (conversation_id, seq, tenant_id, reason) values (c.id, v_seq, c.tenant_id, item ->> 'dead');
  end if;
  if v_open then
    update temporary_chat_links set sessions_used = sessions_used - 1 where id = c.link_id and sessions_used > 0;
    perform close_conversation(c.id, 'error', item ->> 'failed');
  end if;
  return json_build_object('i', item -> 'i', 'outcome', 'committed', 'more', c.next_seq > v_seq and not v_open,
    'head', c.event_offset + (case when v_open then 1 else 0 end), 'events', v_events, 'conversation_id', c.id);
end $$;
