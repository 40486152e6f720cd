-- Commits one finished turn behind its fence. item as in commit_turns(). The event that closes the turn says how it
-- ended.
-- Returns as commit_turns(); outcome fenced = nothing was written.
create or replace function commit_turn(item jsonb) returns json
language plpgsql as $$
declare
  c text_conversations;
  v_now timestamptz := clock_timestamp();
  v_seq integer := (item ->> 'seq')::int;
  v_user jsonb := case when jsonb_typeof(item -> 'user') = 'object' then item -> 'user' end;
  v_parts integer := jsonb_array_length(item -> 'messages');
  v_notices integer := coalesce(jsonb_array_length(item -> 'notices'), 0);
  v_moves integer := jsonb_array_length(item -> 'transitions');
  v_messages integer := jsonb_array_length(item -> 'messages') + (
    case when jsonb_typeof(item -> 'user') = 'object' then 1 else 0 end
  );
  v_events json;
  v_result json := item ->> 'result';
  v_trace json := item ->> 'trace';
  v_first integer;
begin
  update text_conversations
  set
    state = item -> 'state',
    node_id = item ->> 'node_id',
    node_name = item ->> 'node_name',
    node_entered_at = case when (item ->> 'node_changed')::boolean then v_now else node_entered_at end,
    collected_data = collected_data || (item -> 'variables'),
    total_turns = (item ->> 'turn_number')::int,
    total_transitions = total_transitions + v_moves,
    message_sequence = message_sequence + v_messages,
    event_offset = event_offset + v_moves + v_parts + v_notices + 1,
    done_seq = v_seq,
    committed_fence = fence,
    updated_at = v_now,
    lease_until = case
      when next_seq = v_seq then null
      else v_now + make_interval(secs => (item ->> 'lease_ms')::int / 1000.0)
    end
  where id = (item ->> 'conversation_id')::uuid
    and fence = (item ->> 'fence')::bigint
    and done_seq = v_seq - 1
    and status = 'active'
  returning * into c;
  if not found then
    return json_build_object('i', item -> 'i', 'outcome', 'fenced');
  end if;

  if v_messages > 0 then
    insert into text_conversation_messages (
      conversation_id, tenant_id, sequence, turn_seq, role, content, node_id, node_name, client_message_id, files,
      created_at
    )
    select
      c.id, c.tenant_id, c.message_sequence - v_messages + n, v_seq, role, content, node_id, node_name,
      client_message_id, files, at
    from (
      select
        1 as n, 'user' as role, v_user ->> 'content' as content, null as node_id, null as node_name,
        v_user ->> 'client_message_id' as client_message_id, (nullif(v_user -> 'files', 'null'))::json as files,
        (v_user ->> 'created_at')::timestamptz as at
      where v_user is not null
      union all
      select
        ordinality::int + (v_messages - v_parts), 'assistant', value ->> 'content', value ->> 'node_id',
        value ->> 'node_name', null, null, v_now
      from jsonb_array_elements(item -> 'messages') with ordinality
    ) m;
  end if;
  -- Events of the turn: transitions, messages, notices, then the one that closes the turn.
  v_first := c.event_offset - v_moves - v_parts - v_notices;
  with e as (
    select v_first - 1 + ordinality as event_offset, 'transition' as type, value::json as payload
    from jsonb_array_elements(item -> 'transitions') with ordinality
    union all
    select
      v_first - 1 + v_moves + ordinality, 'message',
      json_build_object(
        'turn_id', c.id || '.' || v_seq, 'role', 'assistant', 'part', ordinality - 1, 'content', value ->> 'content',
        'node_id', value ->> 'node_id', 'node_name', value ->> 'node_name'
      )
    from jsonb_array_elements(item -> 'messages') with ordinality
    union all
    select v_first - 1 + v_moves + v_parts + ordinality, value ->> 'type', (value -> 'payload')::json
    from jsonb_array_elements(coalesce(item -> 'notices', '[]')) with ordinality
    union all
    select
      c.event_offset, 'turn',
      json_build_object(
        'turn_id', c.id || '.' || v_seq, 'status', 'done', 'node_id', c.node_id, 'node_name', c.node_name,
        'session_ended', (item ->> 'ended')::boolean, 'message_count', c.messages_used,
        'remaining_messages', c.max_messages - c.messages_used, 'expires_at', iso(c.expires_at),
        'extracted_variables', item -> 'variables',
        'finish_reason', coalesce(v_result ->> 'finish_reason', 'complete')
      )
  ),
  written as (
    insert into session_events (conversation_id, event_offset, tenant_id, type, payload, created_at)
    select c.id, event_offset, c.tenant_id, type, payload, v_now
    from e
  )
  select json_agg(
    json_build_object(
      'offset', event_offset, 'type', type, 'payload', payload, 'created_at', iso(v_now)
    ) order by event_offset
  )
  into v_events
  from e;

  update session_turns
  set
    status = 'done',
    result = v_result,
    trace = v_trace,
    done_at = v_now
  where conversation_id = c.id and seq = v_seq;
  if item ->> 'kind' = 'message' then perform deliver_message(c, v_seq, v_trace); end if;
  if v_trace -> 'webhooks' is not null then perform store_action_webhooks(c, v_seq, v_trace); end if;
  if (item ->> 'ended')::boolean then
    perform close_conversation(c.id, 'completed', 'workflow_ended');
  end if;
  return json_build_object(
    'i', item -> 'i', 'outcome', 'committed', 'more', c.next_seq > v_seq and not (item ->> 'ended')::boolean,
    'head', c.event_offset + (case when (item ->> 'ended')::boolean then 1 else 0 end), 'events', v_events,
    'conversation_id', c.id
  );
end
$$;
