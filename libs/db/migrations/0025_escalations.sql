-- Escalations: a conversation asks for a human. One that is not resolved per conversation: a second request joins it.
create table escalations (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  conversation_id uuid not null references text_conversations on delete cascade,
  status text not null default 'open' check (status in ('open', 'assigned', 'resolved')),
  -- visitor, api, workflow, failed_turns
  source text not null,
  reason text,
  metadata jsonb not null default '{}',
  -- how often it was asked for while it was not resolved
  requests integer not null default 1,
  -- who has it: the id of credentials, or the operator that a backend named
  assigned_to text,
  -- what the visitor is told about them
  assigned_name text,
  summary text,
  -- resolved, handed_back, session_ended
  outcome text,
  created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  assigned_at timestamptz,
  resolved_at timestamptz,
  updated_at timestamptz not null default clock_timestamp(),
  constraint assigned_to_somebody check (status <> 'assigned' or assigned_to is not null),
  constraint resolved_at_some_time check ((status = 'resolved') = (resolved_at is not null))
);
select protect_by_tenant('escalations');
create unique index escalations_unresolved on escalations (conversation_id) where status <> 'resolved';
create index escalations_queue on escalations (tenant_id, status, created_at, id);
create index escalations_conversation on escalations (conversation_id, created_at);

-- handled_by human: the agent is silent. stale_through: what a runner remembers of the history up to this turn lacks words of a human.
-- timer_due_at: when the waiting node's next timeout is over; null = it has none, so turns without timeouts stay heap-only updates.
alter table text_conversations
  add column handled_by text not null default 'agent' check (handled_by in ('agent', 'human')),
  add column operator_name text,
  add column handover_summary text,
  add column stale_through integer,
  add column timer_due_at timestamptz;
create index text_conversations_timer on text_conversations (timer_due_at) where timer_due_at is not null and ended_at is null;

-- author: 'human' = said by an operator; null = by the visitor or the agent.
alter table text_conversation_messages add column author text, add column author_name text;

alter table session_turns drop constraint session_turns_kind_check;
alter table session_turns add constraint session_turns_kind_check check (kind in ('open', 'message', 'timer', 'handed_back')) not valid;

-- As before, and who has the conversation.
create or replace function session_json(c text_conversations) returns json language sql stable as $$
  select json_build_object(
    'session_id', c.session_id, 'conversation_id', c.id, 'status', c.status, 'node_id', c.node_id, 'node_name', c.node_name,
    'turns', c.total_turns, 'transition_count', c.total_transitions, 'collected_data', c.collected_data,
    'created_at', iso(c.created_at), 'updated_at', iso(c.updated_at), 'ended_at', iso(c.ended_at), 'end_reason', c.end_reason,
    'expires_at', iso(c.expires_at), 'remaining_messages', c.max_messages - c.messages_used, 'message_count', c.messages_used,
    'agent_config_version', c.agent_version, 'metadata', c.metadata, 'tenant_id', c.tenant_id, 'agent_id', c.agent_id, 'link_id', c.link_id,
    'last_event_offset', c.event_offset, 'epoch', c.epoch, 'handled_by', c.handled_by, 'operator_name', c.operator_name)
$$;

create function escalation_json(e escalations) returns json language sql stable as $$
  select json_build_object('id', e.id, 'conversation_id', e.conversation_id, 'session_id', c.session_id, 'agent_id', c.agent_id, 'link_id', c.link_id,
    'status', e.status, 'source', e.source, 'reason', e.reason, 'metadata', e.metadata, 'requests', e.requests, 'assigned_to', e.assigned_to,
    'assigned_name', e.assigned_name, 'summary', e.summary, 'outcome', e.outcome, 'created_at', iso(e.created_at), 'assigned_at', iso(e.assigned_at),
    'resolved_at', iso(e.resolved_at), 'session_status', c.status, 'handled_by', c.handled_by, 'participant', c.participant)
    from text_conversations c where c.id = e.conversation_id
$$;

create function escalation_fact(e escalations, p_name text) returns void language sql as $$
  insert into outbox (tenant_id, subject, key, payload)
  select e.tenant_id, 'sessions.v1.event.' || p_name, c.session_id, jsonb_build_object('tenantId', e.tenant_id, 'sessionId', c.session_id, 'conversationId', c.id,
      'escalationId', e.id, 'status', e.status, 'source', e.source, 'assignedTo', e.assigned_to, 'outcome', e.outcome)
    from text_conversations c where c.id = e.conversation_id
$$;

-- An event as the log and the live stream have it. The caller holds the lock of the conversation row.
create function tell_event(c text_conversations, p_type text, p_payload json) returns json language plpgsql as $$
declare v_offset integer := append_event(c.id, c.tenant_id, p_type, p_payload);
begin
  return (select json_build_object('offset', event_offset, 'type', type, 'payload', payload, 'created_at', iso(created_at)) from session_events
           where conversation_id = c.id and event_offset = v_offset and created_at >= c.created_at);
end $$;

-- Opens an escalation, or joins the one that is there: its assignment stays. The caller holds the lock of the conversation row.
create function join_escalation(c text_conversations, p_id uuid, p_source text, p_reason text, p_metadata jsonb, out o_row escalations, out o_joined boolean) language plpgsql as $$
begin
  update escalations set requests = requests + 1, metadata = metadata || p_metadata, reason = coalesce(reason, p_reason), updated_at = clock_timestamp()
   where conversation_id = c.id and status <> 'resolved' returning * into o_row;
  o_joined := found;
  if not o_joined then
    insert into escalations (id, tenant_id, conversation_id, source, reason, metadata) values (p_id, c.tenant_id, c.id, p_source, p_reason, p_metadata) returning * into o_row;
    perform escalation_fact(o_row, 'escalated');
  end if;
end $$;

-- Keeps the first answer of a request with a key. Answers the earlier one, or null for the first. Throws idempotency_key_reused.
create function earlier_answer(p_tenant uuid, p_scope text, p jsonb) returns json language plpgsql as $$
declare k idempotency_keys; v_key text; v_answer json;
begin
  foreach v_key in array array_remove(array['sig:' || (p ->> 'signature'), 'key:' || (p ->> 'idem_key')], null) loop
    insert into idempotency_keys (tenant_id, scope, key, fingerprint) values (p_tenant, p_scope, v_key, coalesce(p ->> 'idem_fingerprint', '')) on conflict do nothing;
    if not found then
      select * into k from idempotency_keys where tenant_id = p_tenant and scope = p_scope and key = v_key;
      if v_key like 'key:%' and k.fingerprint is distinct from p ->> 'idem_fingerprint' then perform fail('idempotency_key_reused'); end if;
      v_answer := k.response;
    end if;
  end loop;
  return v_answer;
end $$;

-- Visitor or backend asks for a human. p: {id, source, reason, metadata}. Idempotent by state: a second request joins the first.
create function escalate_session(p_access jsonb, p jsonb) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access); c text_conversations; j record; v_events json := '[]';
begin
  select * into c from text_conversations where id = v_id for no key update;
  if c.status <> 'active' then perform fail('session_ended'); end if;
  j := join_escalation(c, (p ->> 'id')::uuid, p ->> 'source', p ->> 'reason', coalesce(p -> 'metadata', '{}'));
  if not j.o_joined then
    v_events := json_build_array(tell_event(c, 'escalation', json_build_object('state', 'open', 'reason', (j.o_row).reason, 'escalation_id', (j.o_row).id)));
    update text_conversations set updated_at = clock_timestamp() where id = c.id;
  end if;
  return json_build_object('escalation', escalation_json(j.o_row), 'joined', j.o_joined, 'session_id', c.session_id, 'events', v_events);
end $$;

-- Locks an escalation behind its conversation, in the one order that commits have too.
create function hold_escalation(p_tenant uuid, p_id uuid, out o_row escalations, out o_conversation text_conversations) language plpgsql as $$
declare v_conversation uuid;
begin
  perform enter_tenant(p_tenant);
  select conversation_id into v_conversation from escalations where id = p_id;
  if not found then perform fail('escalation_not_found'); end if;
  select * into o_conversation from text_conversations where id = v_conversation for no key update;
  select * into o_row from escalations where id = p_id for no key update;
end $$;

-- p: {operator, name, transfer}. Without transfer a conflict when another one has it. Idempotent by state. The agent's turn in hand is fenced in
-- the same transaction: what it was about to say is never committed, and its message waits for the human.
create function assign_escalation(p_tenant uuid, p_id uuid, p jsonb) returns json language plpgsql as $$
declare h record; e escalations; c text_conversations; v_events json; v_transfer boolean := coalesce((p ->> 'transfer')::boolean, false);
begin
  h := hold_escalation(p_tenant, p_id); e := h.o_row; c := h.o_conversation;
  if e.status = 'resolved' then perform fail('escalation_resolved'); end if;
  if c.status <> 'active' then perform fail('session_ended'); end if;
  if v_transfer and e.status <> 'assigned' then perform fail('escalation_not_assigned'); end if;
  if e.status = 'assigned' and e.assigned_to <> p ->> 'operator' and not v_transfer then perform fail('escalation_assigned'); end if;
  if e.status = 'assigned' and e.assigned_to = p ->> 'operator' and e.assigned_name is not distinct from coalesce(p ->> 'name', e.assigned_name) then
    return json_build_object('escalation', escalation_json(e), 'changed', false, 'session_id', c.session_id, 'conversation_id', c.id, 'events', '[]'::json, 'waiting_seq', null);
  end if;
  update escalations set status = 'assigned', assigned_to = p ->> 'operator',
         assigned_name = coalesce(p ->> 'name', case when assigned_to = p ->> 'operator' then assigned_name end),
         assigned_at = case when assigned_to = p ->> 'operator' then assigned_at else date_trunc('milliseconds', clock_timestamp()) end, updated_at = clock_timestamp()
   where id = e.id returning * into e;
  -- The tries of the turn in hand begin anew: one that was fenced for a human is no failed one.
  update text_conversations set handled_by = 'human', operator_name = e.assigned_name, updated_at = clock_timestamp(), timer_due_at = null,
         fence = fence + 1, committed_fence = fence + 1, lease_until = null
   where id = c.id returning * into c;
  v_events := json_build_array(
    tell_event(c, 'escalation', json_build_object('state', 'assigned', 'reason', e.reason, 'escalation_id', e.id)),
    tell_event(c, 'assignment', json_build_object('state', case when v_transfer then 'transferred' else 'assigned' end, 'name', e.assigned_name,
      'operator', e.assigned_to, 'escalation_id', e.id)));
  perform escalation_fact(e, 'escalation_assigned');
  return json_build_object('escalation', escalation_json(e), 'changed', true, 'session_id', c.session_id, 'conversation_id', c.id, 'events', v_events,
    'waiting_seq', case when c.next_seq > c.done_seq then c.next_seq end);
end $$;

-- Words of the operator who has the conversation. p: {operator, name, content, idem_key, idem_fingerprint, signature}. A repeat gets the first answer.
create function reply_as_human(p_tenant uuid, p_id uuid, p jsonb) returns json language plpgsql as $$
declare h record; e escalations; c text_conversations; v_answer json; v_message uuid := gen_random_uuid(); v_now timestamptz; v_name text;
begin
  h := hold_escalation(p_tenant, p_id); e := h.o_row; c := h.o_conversation;
  v_answer := earlier_answer(p_tenant, 'human:' || p_id, p);
  if v_answer is not null then
    perform keep_answer(p_tenant, 'human:' || p_id, p::json, v_answer);
    return (v_answer::jsonb || '{"replayed": true, "events": []}')::json;
  end if;
  if e.status = 'resolved' then perform fail('escalation_resolved'); end if;
  if c.status <> 'active' then perform fail('session_ended'); end if;
  if e.status <> 'assigned' then perform fail('escalation_not_assigned'); end if;
  if e.assigned_to <> p ->> 'operator' then perform fail('escalation_assigned'); end if;
  v_name := coalesce(p ->> 'name', e.assigned_name);
  v_now := clock_timestamp();
  update text_conversations set message_sequence = message_sequence + 1, updated_at = v_now, stale_through = next_seq where id = c.id returning * into c;
  insert into text_conversation_messages (id, conversation_id, tenant_id, sequence, turn_seq, role, content, author, author_name, created_at)
  values (v_message, c.id, c.tenant_id, c.message_sequence, c.next_seq, 'assistant', p ->> 'content', 'human', v_name, v_now);
  v_answer := json_build_object('message_id', v_message, 'session_id', c.session_id, 'created_at', iso(v_now), 'replayed', false, 'events', json_build_array(
    tell_event(c, 'message', json_build_object('id', v_message, 'turn_id', c.id || '.' || c.next_seq || 'h' || c.message_sequence, 'role', 'assistant', 'part', 0,
      'content', p ->> 'content', 'sequence', c.message_sequence, 'author', 'human', 'author_name', v_name))));
  perform keep_answer(p_tenant, 'human:' || p_id, p::json, v_answer);
  return v_answer;
end $$;

-- Ends an escalation. p: {operator, how: resolve | hand_back, summary, end_session}. An open one may be ended by anyone, an assigned one by who has it.
-- Handing back lets the workflow go on in a turn of its own; after a mere resolve the agent answers the next message.
create function close_escalation(p_tenant uuid, p_id uuid, p jsonb) returns json language plpgsql as $$
declare h record; e escalations; c text_conversations; v_events jsonb; v_back boolean := p ->> 'how' = 'hand_back'; v_seq integer;
begin
  h := hold_escalation(p_tenant, p_id); e := h.o_row; c := h.o_conversation;
  if e.status = 'resolved' then perform fail('escalation_resolved'); end if;
  if c.status <> 'active' then perform fail('session_ended'); end if;
  if e.status = 'assigned' and e.assigned_to <> p ->> 'operator' then perform fail('escalation_assigned'); end if;
  update escalations set status = 'resolved', outcome = case when v_back then 'handed_back' else 'resolved' end, summary = p ->> 'summary',
         resolved_at = date_trunc('milliseconds', clock_timestamp()), updated_at = clock_timestamp()
   where id = e.id returning * into e;
  if v_back then v_seq := c.next_seq + 1; end if;
  -- Fenced once more: whoever goes on reads the words of the human first.
  update text_conversations set handled_by = 'agent', operator_name = null, handover_summary = coalesce(p ->> 'summary', handover_summary), stale_through = c.next_seq,
         next_seq = coalesce(v_seq, next_seq), updated_at = clock_timestamp(), fence = fence + 1, committed_fence = fence + 1, lease_until = null
   where id = c.id returning * into c;
  v_events := jsonb_build_array(tell_event(c, 'escalation', json_build_object('state', 'resolved', 'outcome', e.outcome, 'escalation_id', e.id)));
  if e.assigned_to is not null then
    v_events := v_events || jsonb_build_array(tell_event(c, 'assignment', json_build_object('state', 'released', 'name', e.assigned_name, 'operator', e.assigned_to, 'escalation_id', e.id)));
  end if;
  if v_back then
    insert into session_turns (conversation_id, seq, tenant_id, kind, content) values (c.id, v_seq, c.tenant_id, 'handed_back', coalesce(p ->> 'summary', ''));
  end if;
  perform escalation_fact(e, 'escalation_resolved');
  if not v_back and (p ->> 'end_session')::boolean then perform close_conversation(c.id, 'completed', 'resolved'); end if;
  return json_build_object('escalation', escalation_json(e), 'session_id', c.session_id, 'conversation_id', c.id, 'events', v_events,
    'waiting_seq', case when c.next_seq > c.done_seq then c.next_seq end);
end $$;

-- As before; what nobody has resolved ends with its conversation, and no timer is left.
create or replace function close_conversation(p_id uuid, p_status text, p_reason text) returns boolean language plpgsql as $$
declare c text_conversations; e escalations;
begin
  update text_conversations set status = p_status, end_reason = p_reason, ended_at = clock_timestamp(), updated_at = clock_timestamp(),
         done_seq = next_seq, fence = fence + 1, lease_until = null, lease_owner = null, timer_due_at = null
   where id = p_id and status = 'active' returning * into c;
  if not found then return false; end if;
  update session_turns set status = 'failed', error_code = 'session_ended', done_at = clock_timestamp() where conversation_id = p_id and status = 'pending';
  update temporary_chat_sessions set ended_at = clock_timestamp() where conversation_id = p_id and ended_at is null;
  update escalations set status = 'resolved', outcome = 'session_ended', resolved_at = date_trunc('milliseconds', clock_timestamp()), updated_at = clock_timestamp()
   where conversation_id = p_id and status <> 'resolved' returning * into e;
  if found then perform escalation_fact(e, 'escalation_resolved'); end if;
  perform append_event(p_id, c.tenant_id, 'session_ended', json_build_object('reason', p_reason, 'status', p_status));
  insert into outbox (tenant_id, subject, key, payload)
  values (c.tenant_id, 'sessions.v1.event.ended', c.session_id,
          jsonb_build_object('tenantId', c.tenant_id, 'sessionId', c.session_id, 'conversationId', c.id, 'reason', p_reason));
  return true;
end $$;

-- Takes a lease as before, and tells who has the conversation: the agent is silent while it is a human.
create or replace function acquire_session(item jsonb) returns json language plpgsql as $$
declare c text_conversations; v_fresh boolean; p_known_seq integer := (item ->> 'known_seq')::int; p_history integer := (item ->> 'history')::int;
begin
  update text_conversations set lease_owner = item ->> 'owner', fence = fence + 1,
         lease_until = clock_timestamp() + make_interval(secs => (item ->> 'lease_ms')::int / 1000.0)
   where id = (item ->> 'conversation_id')::uuid and next_seq > done_seq and status = 'active' and (lease_until is null or lease_until < clock_timestamp())
   returning * into c;
  if not found then return null; end if;
  v_fresh := p_known_seq is not null and p_known_seq = c.done_seq and (c.stale_through is null or c.stale_through < c.done_seq);
  return json_build_object(
    'conversation_id', c.id, 'fence', c.fence, 'tries', c.fence - c.committed_fence, 'done_seq', c.done_seq, 'agent_id', c.agent_id,
    'agent_version', c.agent_version, 'link_policy', c.link_policy, 'participant', c.participant, 'participant_verified', c.participant_verified,
    'messages_used', c.messages_used, 'max_messages', c.max_messages, 'seconds_in_node', extract(epoch from clock_timestamp() - c.node_entered_at),
    'handled_by', c.handled_by, 'handover_summary', c.handover_summary, 'has_timer', c.timer_due_at is not null,
    'known', v_fresh,
    'state', case when not v_fresh then c.state end,
    'history', case when not v_fresh then recent_history(c.id, c.created_at, p_history) end,
    'turns', pending_turns(c.id, c.done_seq));
end $$;

-- Commits as before. items also with: escalation {reason}: the turn handed the conversation to a human; timer_seconds (present = when the node's
-- next timeout is over, counted from its entry; null = none); escalate_after: so many failed turns in a row ask for a human (0 = never).
create or replace function commit_turns(items jsonb) returns setof json language plpgsql as $$
declare item jsonb; r json; s record; v_spent jsonb := '[]';
begin
  for item in select value from jsonb_array_elements(items) order by (value ->> 'conversation_id')::uuid
  loop
    perform enter_tenant((item ->> 'tenant_id')::uuid);
    if item ->> 'failed' is null then r := commit_turn(item); else r := fail_turn(item); end if;
    if r ->> 'outcome' = 'committed' then
      if jsonb_typeof(item -> 'spent') = 'object' then
        delete from budget_reservations where conversation_id = (item ->> 'conversation_id')::uuid and seq <= (item ->> 'seq')::int;
        v_spent := v_spent || jsonb_build_array((item -> 'spent') || jsonb_build_object('tenant_id', item -> 'tenant_id'));
      end if;
      if item ->> 'failed' is null and (item ? 'timer_seconds' or item ? 'escalation') then perform note_waiting(item); end if;
      if item ->> 'failed' is not null and (item ->> 'escalate_after')::int > 0 then r := escalate_failing(item, r); end if;
    end if;
    return next r;
  end loop;
  -- After the conversations, and in one order, so that two batches never wait for each other in a ring.
  for s in select (value ->> 'link_id')::uuid as link_id, (value ->> 'tenant_id')::uuid as tenant_id, sum((value ->> 'tokens')::bigint) as tokens,
                  sum((value ->> 'cost')::numeric) as cost from jsonb_array_elements(v_spent) group by 1, 2 order by 1
  loop
    perform enter_tenant(s.tenant_id);
    update link_budgets set tokens_used = tokens_used + s.tokens, cost_used = cost_used + coalesce(s.cost, 0) where link_id = s.link_id;
  end loop;
end $$;

-- What a committed turn leaves waiting: a human, or a timeout.
create function note_waiting(item jsonb) returns void language plpgsql as $$
declare c text_conversations; v_escalated boolean := jsonb_typeof(item -> 'escalation') = 'object';
begin
  select * into c from text_conversations where id = (item ->> 'conversation_id')::uuid;
  if c.status <> 'active' and not v_escalated then return; end if;
  if v_escalated then
    perform join_escalation(c, gen_random_uuid(), 'workflow', item -> 'escalation' ->> 'reason', '{}');
  end if;
  if c.status = 'active' then
    update text_conversations set handled_by = case when v_escalated then 'human' else handled_by end,
           timer_due_at = case when item ? 'timer_seconds' then node_entered_at + make_interval(secs => (item ->> 'timer_seconds')::double precision) else timer_due_at end
     where id = c.id;
  else
    update escalations set status = 'resolved', outcome = 'session_ended', resolved_at = clock_timestamp() where conversation_id = c.id and status <> 'resolved';
  end if;
end $$;

-- The last escalate_after messages have all failed: somebody should look. Stops by the visitor are no failures.
create function escalate_failing(item jsonb, r json) returns json language plpgsql as $$
declare c text_conversations; j record; v_failed integer; v_after integer := (item ->> 'escalate_after')::int; v_event json;
begin
  select count(*) filter (where status = 'failed' and error_code <> 'turn_stopped') into v_failed from (select status, error_code from session_turns
    where conversation_id = (item ->> 'conversation_id')::uuid and seq <= (item ->> 'seq')::int and kind = 'message' order by seq desc limit v_after) t;
  if v_failed < v_after then return r; end if;
  select * into c from text_conversations where id = (item ->> 'conversation_id')::uuid;
  if c.status <> 'active' or exists (select from escalations where conversation_id = c.id and status <> 'resolved') then return r; end if;
  j := join_escalation(c, gen_random_uuid(), 'failed_turns', null, '{}');
  v_event := tell_event(c, 'escalation', json_build_object('state', 'open', 'reason', null, 'escalation_id', (j.o_row).id));
  return (r::jsonb || jsonb_build_object('head', (v_event ->> 'offset')::int, 'events', (r -> 'events')::jsonb || jsonb_build_array(v_event::jsonb)))::json;
end $$;

-- As before. Only a message has words and quota to give back; a timer that failed is tried again, without counting as activity.
create or replace function fail_turn(item jsonb) returns json language plpgsql as $$
declare
  c text_conversations; v_now timestamptz := clock_timestamp(); v_seq integer := (item ->> 'seq')::int; v_events json;
  v_open boolean := item ->> 'kind' = 'open'; v_message integer := case when item ->> 'kind' = 'message' then 1 else 0 end; v_timer boolean := item ->> 'kind' = 'timer';
begin
  update text_conversations set done_seq = v_seq, committed_fence = fence, updated_at = case when v_timer then updated_at else v_now end,
      messages_used = messages_used - v_message,
      message_sequence = message_sequence + v_message, event_offset = event_offset + 1,
      timer_due_at = case when v_timer and item ->> 'dead' is null then v_now + interval '1 minute' else timer_due_at end,
      lease_until = case when next_seq = v_seq then null else v_now + make_interval(secs => (item ->> 'lease_ms')::int / 1000.0) end
   where id = (item ->> 'conversation_id')::uuid and fence = (item ->> 'fence')::bigint and done_seq = v_seq - 1 and status = 'active'
   returning * into c;
  if not found then return json_build_object('i', item -> 'i', 'outcome', 'fenced'); end if;
  if v_message = 1 then
    insert into text_conversation_messages (conversation_id, tenant_id, sequence, turn_seq, role, content, client_message_id, files, status, created_at)
    values (c.id, c.tenant_id, c.message_sequence, v_seq, 'user', item -> 'user' ->> 'content', item -> 'user' ->> 'client_message_id', (nullif(item -> 'user' -> 'files', 'null'))::json, 'failed',
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

-- As before, with who said it when that was a human; its turn id is its own, because it is part of no turn: it names the turn it was said after.
create or replace function read_history(p_access jsonb, p_limit integer, p_before integer) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access); v_since timestamptz; v_page json; v_first integer; v_pending json := '[]';
begin
  select created_at into v_since from text_conversations where id = v_id;
  select coalesce(json_agg(json_build_object('id', id, 'sequence', sequence, 'turn_id', v_id || '.' || turn_seq || case when author = 'human' then 'h' || sequence else '' end,
           'role', role, 'content', content,
           'node_id', node_id, 'node_name', node_name, 'client_message_id', client_message_id, 'status', status, 'files', files, 'rating', rating,
           'finish_reason', finish_reason, 'author', author, 'author_name', author_name, 'created_at', iso(created_at))
           order by sequence), '[]'), min(sequence)
    into v_page, v_first
    from (select m.*, r.rating, case when m.role = 'assistant' and m.author is null then (select t.result ->> 'finish_reason' from session_turns t
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

-- Gives a session more time: its expiry (never beyond that of its link) and its idle time. p: {minutes, idem_key, idem_fingerprint, signature}.
create function extend_session(p_access jsonb, p jsonb) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access); c text_conversations; v_now timestamptz; v_more interval := make_interval(mins => (p ->> 'minutes')::int); v_answer json;
begin
  select * into c from text_conversations where id = v_id for no key update;
  v_answer := earlier_answer(c.tenant_id, 'extend:' || v_id, p);
  if v_answer is not null then
    perform keep_answer(c.tenant_id, 'extend:' || v_id, p::json, v_answer);
    return (v_answer::jsonb || '{"replayed": true, "events": []}')::json;
  end if;
  v_now := clock_timestamp();
  if c.status <> 'active' then perform fail('session_ended'); end if;
  if c.expires_at <= v_now or c.updated_at + make_interval(secs => c.idle_timeout_seconds) <= v_now then perform fail('session_expired'); end if;
  update text_conversations set idle_timeout_seconds = idle_timeout_seconds + (p ->> 'minutes')::int * 60,
         expires_at = greatest(expires_at, least(expires_at + v_more, (select l.expires_at from temporary_chat_links l where l.id = c.link_id)))
   where id = v_id returning * into c;
  v_answer := json_build_object('session_id', c.session_id, 'expires_at', iso(c.expires_at), 'replayed', false,
    'idle_expires_at', iso(c.updated_at + make_interval(secs => c.idle_timeout_seconds)),
    'events', json_build_array(tell_event(c, 'quota', json_build_object('remaining_messages', c.max_messages - c.messages_used,
      'message_count', c.messages_used, 'expires_at', iso(c.expires_at)))));
  perform keep_answer(c.tenant_id, 'extend:' || v_id, p::json, v_answer);
  return v_answer;
end $$;

-- Timeouts that are over become turns, each once: whoever holds the row makes it, and the due time goes with it. A session where something is
-- said, or that a human has, or whose own time is over, has no use for one. Uses no message of the quota and counts as no activity.
create function fire_timers(p_limit integer) returns table (looked integer, fired json) language plpgsql security definer set search_path = public as $$
declare c text_conversations; v_now timestamptz := clock_timestamp(); v_fired jsonb := '[]';
begin
  looked := 0;
  for c in select * from text_conversations where timer_due_at <= v_now and ended_at is null order by timer_due_at limit p_limit for no key update skip locked
  loop
    looked := looked + 1;
    if c.status <> 'active' or c.handled_by = 'human' or c.expires_at <= v_now or c.updated_at + make_interval(secs => c.idle_timeout_seconds) <= v_now then
      update text_conversations set timer_due_at = null where id = c.id;
    elsif c.next_seq > c.done_seq then
      -- The turn in hand looks at the timeout itself; its commit says when the next one is over.
      update text_conversations set timer_due_at = v_now + interval '2 seconds' where id = c.id;
    else
      update text_conversations set timer_due_at = null, next_seq = next_seq + 1 where id = c.id returning * into c;
      insert into session_turns (conversation_id, seq, tenant_id, kind) values (c.id, c.next_seq, c.tenant_id, 'timer');
      v_fired := v_fired || jsonb_build_object('tenant_id', c.tenant_id, 'session_id', c.session_id, 'conversation_id', c.id, 'seq', c.next_seq);
    end if;
  end loop;
  fired := v_fired;
  return next;
end $$;
grant create on schema public to parley_jobs;
alter function fire_timers(integer) owner to parley_jobs;
revoke create on schema public from parley_jobs;
revoke all on function fire_timers(integer) from public;
grant execute on function fire_timers(integer) to parley_app, parley_jobs;
