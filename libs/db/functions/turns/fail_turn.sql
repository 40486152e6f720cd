-- Ends a turn that could not be answered: the state stays, the session continues. A message gives its quota back. A
-- timer is retried a minute later, without counting as activity. A failed opening ends the session and returns a
-- counted session to its link. item as in commit_turns().
create or replace function fail_turn(item jsonb) returns json
language plpgsql as $$
declare
  c text_conversations;
  v_now timestamptz := clock_timestamp();
  v_seq integer := (item ->> 'seq')::int;
  v_events json;
  v_files json;
  v_open boolean := item ->> 'kind' = 'open';
  v_message integer := case when item ->> 'kind' = 'message' then 1 else 0 end;
  v_timer boolean := item ->> 'kind' = 'timer';
begin
  update text_conversations
  set
    done_seq = v_seq,
    committed_fence = fence,
    updated_at = case when v_timer then updated_at else v_now end,
    messages_used = messages_used - v_message,
    message_sequence = message_sequence + v_message,
    event_offset = event_offset + 1,
    timer_due_at = case
      when v_timer and item ->> 'dead' is null then v_now + interval '1 minute'
      else timer_due_at
    end,
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
  if v_message = 1 then
    insert into text_conversation_messages (
      conversation_id, tenant_id, sequence, turn_seq, role, content, client_message_id, files, status, created_at
    )
    values (
      c.id, c.tenant_id, c.message_sequence, v_seq, 'user', item -> 'user' ->> 'content',
      item -> 'user' ->> 'client_message_id', (nullif(item -> 'user' -> 'files', 'null'))::json, 'failed',
      (item -> 'user' ->> 'created_at')::timestamptz
    );
  end if;
  insert into session_events (conversation_id, event_offset, tenant_id, type, payload, created_at)
  values (
    c.id, c.event_offset, c.tenant_id, 'error',
    json_build_object(
      'turn_id', c.id || '.' || v_seq, 'code', item ->> 'failed', 'message_count', c.messages_used,
      'remaining_messages', c.max_messages - c.messages_used
    ),
    v_now
  )
  returning json_build_array(
    json_build_object('offset', event_offset, 'type', type, 'payload', payload, 'created_at', iso(v_now))
  )
  into v_events;
  update session_turns
  set
    status = 'failed',
    error_code = item ->> 'failed',
    trace = (item ->> 'trace')::json,
    done_at = v_now
  where conversation_id = c.id and seq = v_seq
  returning files into v_files;
  -- A message that failed may be sent again, with its files.
  if v_files is not null then
    update session_files
    set turn_seq = null, keep = true
    where conversation_id = c.id and turn_seq = v_seq;
  end if;
  if item ->> 'dead' is not null then
    insert into dead_turns (conversation_id, seq, tenant_id, reason)
    values (c.id, v_seq, c.tenant_id, item ->> 'dead');
  end if;
  if v_open then
    if c.counted then perform give_session_back(c.link_id); end if;
    perform close_conversation(c.id, 'error', item ->> 'failed');
  end if;
  return json_build_object(
    'i', item -> 'i', 'outcome', 'committed', 'more', c.next_seq > v_seq and not v_open,
    'head', c.event_offset + (case when v_open then 1 else 0 end), 'events', v_events, 'conversation_id', c.id
  );
end
$$;
