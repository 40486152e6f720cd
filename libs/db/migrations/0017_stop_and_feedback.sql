-- Stop: the wish stands in the turn's row, so that whoever works on the turn finds it, also after a crash. The runner hears of it by a live
-- message at once; when that is lost, with the next extension of its lease or when it takes the turn on.
alter table session_turns add column stop_requested_at timestamptz;

-- Asks for the end of one turn; without p_turn of the one that runs or comes next. Idempotent: answers whether a turn was there to be stopped.
create function request_stop(p_access jsonb, p_turn text) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access); c text_conversations; v_seq integer; v_stopped boolean;
begin
  select * into c from text_conversations where id = v_id;
  if p_turn is null then v_seq := c.done_seq + 1;
  else
    -- The id carries the conversation: a turn of another session is none of this one.
    select seq into v_seq from session_turns where conversation_id = v_id and p_turn ~ '[.][0-9]{1,9}$' and seq = substring(p_turn from '[.]([0-9]{1,9})$')::int and v_id || '.' || seq = p_turn;
    if not found then perform fail('turn_not_found'); end if;
  end if;
  update session_turns set stop_requested_at = coalesce(stop_requested_at, clock_timestamp())
   where conversation_id = v_id and seq = v_seq and status = 'pending';
  v_stopped := found and c.status = 'active';
  return json_build_object('stopped', v_stopped, 'turn_id', case when p_turn is not null or v_stopped then v_id || '.' || v_seq end, 'session_id', c.session_id);
end $$;

-- As extend_lease(), and tells which waiting turns are to stop: {stop: [seq]}, null = the lease has moved on.
create function keep_lease(p_tenant uuid, p_session text, p_fence bigint, p_lease_ms integer) returns json language plpgsql as $$
declare v_id uuid; v_done integer;
begin
  perform enter_tenant(p_tenant);
  update text_conversations set lease_until = clock_timestamp() + make_interval(secs => p_lease_ms / 1000.0)
   where session_id = p_session and fence = p_fence and lease_until is not null returning id, done_seq into v_id, v_done;
  if not found then return null; end if;
  return (select json_build_object('stop', coalesce(json_agg(seq), '[]')) from session_turns
           where conversation_id = v_id and seq > v_done and status = 'pending' and stop_requested_at is not null);
end $$;

create or replace function pending_turns(p_conversation uuid, p_done integer) returns json language plpgsql stable as $$
begin
  return (select coalesce(json_agg(json_build_object('seq', seq, 'kind', kind, 'content', content, 'client_message_id', client_message_id,
           'reply_to', reply_to, 'files', files, 'stop', stop_requested_at is not null, 'created_at', iso(created_at)) order by seq), '[]')
    from session_turns where conversation_id = p_conversation and seq > p_done and status = 'pending');
end $$;

-- Feedback ------------------------------------------------------------------------------------------------------------
create table session_feedback (
  conversation_id uuid primary key references text_conversations on delete cascade,
  tenant_id uuid not null references tenants,
  rating integer not null check (rating between 1 and 5),
  text text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
select protect_by_tenant('session_feedback');

-- What a visitor thinks of one answer. No foreign key to the message: its table is partitioned by time; the conversation takes these along.
create table message_ratings (
  conversation_id uuid not null references text_conversations on delete cascade,
  message_id uuid not null,
  tenant_id uuid not null references tenants,
  rating text not null check (rating in ('up', 'down')),
  text text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (conversation_id, message_id)
);
select protect_by_tenant('message_ratings');

-- Whom p_access lets give feedback, and until when: while the session lives and 24 hours after.
create function feedback_access(p_access jsonb) returns uuid language plpgsql as $$
declare v_id uuid := resolve_access(p_access);
begin
  if exists (select from text_conversations where id = v_id and ended_at < clock_timestamp() - interval '24 hours') then perform fail('session_ended'); end if;
  return v_id;
end $$;

-- Idempotent by session: a later rating takes the place of the one before.
create function give_feedback(p_access jsonb, p_rating integer, p_text text) returns json language plpgsql as $$
declare v_id uuid := feedback_access(p_access); c text_conversations;
begin
  select * into c from text_conversations where id = v_id;
  insert into session_feedback (conversation_id, tenant_id, rating, text) values (v_id, c.tenant_id, p_rating, p_text)
  on conflict (conversation_id) do update set rating = excluded.rating, text = excluded.text, updated_at = clock_timestamp()
   where (session_feedback.rating, session_feedback.text) is distinct from (excluded.rating, excluded.text);
  if found then
    insert into outbox (tenant_id, subject, key, payload) values (c.tenant_id, 'sessions.v1.event.feedback_given', c.session_id,
      jsonb_build_object('tenantId', c.tenant_id, 'sessionId', c.session_id, 'conversationId', c.id, 'rating', p_rating));
  end if;
  return json_build_object('changed', found);
end $$;

-- p_message: the id of the history, or <turn id>.<part> as events name it. p_rating null takes a rating back. Idempotent by message.
create function rate_message(p_access jsonb, p_message text, p_rating text, p_text text) returns json language plpgsql as $$
declare v_id uuid := feedback_access(p_access); c text_conversations; v_message uuid;
begin
  select * into c from text_conversations where id = v_id;
  if p_message ~ '^[0-9a-f-]{36}[.][0-9]{1,9}[.][0-9]{1,6}$' then
    select id into v_message from text_conversation_messages
     where conversation_id = v_id and created_at >= c.created_at and role = 'assistant' and turn_seq = split_part(p_message, '.', 2)::int
       and split_part(p_message, '.', 1) = v_id::text
     order by sequence offset split_part(p_message, '.', 3)::int limit 1;
  else
    select id into v_message from text_conversation_messages
     where conversation_id = v_id and created_at >= c.created_at and role = 'assistant' and id::text = p_message;
  end if;
  if v_message is null then perform fail('message_not_found'); end if;
  if p_rating is null then
    delete from message_ratings where conversation_id = v_id and message_id = v_message;
  else
    insert into message_ratings (conversation_id, message_id, tenant_id, rating, text) values (v_id, v_message, c.tenant_id, p_rating, p_text)
    on conflict (conversation_id, message_id) do update set rating = excluded.rating, text = excluded.text, updated_at = clock_timestamp();
  end if;
  return json_build_object('message_id', v_message);
end $$;

create or replace function get_session(p_access jsonb) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access);
begin
  return (select (session_json(c)::jsonb || jsonb_build_object('feedback', (
      select jsonb_build_object('rating', f.rating, 'text', f.text, 'created_at', iso(f.created_at), 'updated_at', iso(f.updated_at))
        from session_feedback f where f.conversation_id = v_id)))::json
    from text_conversations c where id = v_id);
end $$;

-- As before, with what the visitor thinks of an answer and whether it was stopped.
create or replace function read_history(p_access jsonb, p_limit integer, p_before integer) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access); v_since timestamptz; v_page json; v_first integer; v_pending json := '[]';
begin
  select created_at into v_since from text_conversations where id = v_id;
  select coalesce(json_agg(json_build_object('id', id, 'sequence', sequence, 'turn_id', v_id || '.' || turn_seq, 'role', role, 'content', content,
           'node_id', node_id, 'node_name', node_name, 'client_message_id', client_message_id, 'status', status, 'files', files, 'rating', rating,
           'finish_reason', finish_reason, 'created_at', iso(created_at))
           order by sequence), '[]'), min(sequence)
    into v_page, v_first
    from (select m.*, r.rating, case when m.role = 'assistant' then (select t.result ->> 'finish_reason' from session_turns t
                   where t.conversation_id = v_id and t.seq = m.turn_seq and t.stop_requested_at is not null) end as finish_reason
            from text_conversation_messages m left join message_ratings r on r.conversation_id = v_id and r.message_id = m.id
           where m.conversation_id = v_id and m.created_at >= v_since and (p_before is null or m.sequence < p_before)
           order by m.sequence desc limit p_limit) m;
  if p_before is null then
    select coalesce(json_agg(json_build_object('id', v_id || '.' || seq, 'sequence', 0, 'turn_id', v_id || '.' || seq, 'role', 'user', 'content', content,
             'node_id', null, 'node_name', null, 'client_message_id', client_message_id, 'status', 'pending', 'files', files, 'created_at', iso(created_at)) order by seq), '[]')
      into v_pending from session_turns where conversation_id = v_id and status = 'pending' and kind = 'message';
  end if;
  return json_build_object('data', v_page, 'pending', v_pending, 'first', v_first);
end $$;

-- As before; the event that closes a turn says how it came to its end.
create or replace function commit_turn(item jsonb) returns json language plpgsql as $$
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
    insert into text_conversation_messages (conversation_id, tenant_id, sequence, turn_seq, role, content, node_id, node_name, client_message_id, files, created_at)
    select c.id, c.tenant_id, c.message_sequence - v_messages + n, v_seq, role, content, node_id, node_name, client_message_id, files, at
      from (select 1 as n, 'user' as role, v_user ->> 'content' as content, null as node_id, null as node_name,
                   v_user ->> 'client_message_id' as client_message_id, (nullif(v_user -> 'files', 'null'))::json as files, (v_user ->> 'created_at')::timestamptz as at where v_user is not null
            union all
            select ordinality::int + (v_messages - v_parts), 'assistant', value ->> 'content', value ->> 'node_id', value ->> 'node_name', null, null, v_now
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
             'extracted_variables', item -> 'variables', 'finish_reason', coalesce(v_result ->> 'finish_reason', 'complete'))
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
