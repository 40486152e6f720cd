-- The person of a session as a filter. Plain columns: an expression on the json could not lead an index here, because row level security lets only
-- leakproof comparisons go before its own. No turn changes them, so turns stay heap-only updates.
alter table text_conversations
  add column participant_email text generated always as (lower(participant ->> 'email')) stored,
  add column participant_identifier text generated always as (participant ->> 'identifier') stored;
create index text_conversations_participant_email on text_conversations (tenant_id, participant_email, created_at desc, id desc) where participant_email is not null;
create index text_conversations_participant_identifier on text_conversations (tenant_id, participant_identifier, created_at desc, id desc) where participant_identifier is not null;

create aggregate merge_objects(jsonb) (sfunc = jsonb_concat, stype = jsonb, initcond = '{}');

-- What a turn has used that has no result to say it: the calls that were made, {input_tokens, output_tokens, cost}. One without a known price makes the cost null.
create function calls_usage(p_trace json) returns json language plpgsql stable as $$
begin
  return (select json_build_object('input_tokens', coalesce(sum((u ->> 'input_tokens')::bigint), 0), 'output_tokens', coalesce(sum((u ->> 'output_tokens')::bigint), 0),
             'cost', case when bool_or(u ->> 'cost' is null) then null else coalesce(sum((u ->> 'cost')::numeric), 0) end)
      from (select value -> 'usage' as u from json_array_elements(case when json_typeof(p_trace -> 'calls') = 'array' then p_trace -> 'calls' else '[]' end)) calls
     where json_typeof(u) = 'object');
end $$;

-- Finished turns up to a sequence, each with what it and all before it have used.
create function spent_turns(p_conversation uuid, p_through integer) returns table (seq integer, usage json, totals json) language plpgsql stable as $$
begin
  return query
  with used as materialized (
    select t.seq, case when t.status = 'failed' then calls_usage(t.trace) else t.result -> 'usage' end as u
      from session_turns t where t.conversation_id = p_conversation and t.seq <= p_through and t.status <> 'pending'
  ), counted as materialized (
    select used.seq, u, (u ->> 'input_tokens')::bigint as input, (u ->> 'output_tokens')::bigint as output, (u ->> 'cost')::numeric as cost from used
  )
  select counted.seq, u, json_build_object('input_tokens', coalesce(sum(input) over w, 0), 'output_tokens', coalesce(sum(output) over w, 0),
           'cost', case when not coalesce(bool_or(cost is null and input is not null) over w, false) then coalesce(sum(cost) over w, 0) end)
    from counted window w as (order by counted.seq);
end $$;

-- As read_events(), for whoever watches a session: what ends a turn also says what the turn did and cost, and what there was of variables and spend by
-- then. Answers {log: as read_events() without events, events, session, totals}. Read from the turns, so that a session which nobody watches pays nothing
-- for it; costs with their number: the end of the 1,000th one took 17 ms.
-- With p_snapshot also the state of the whole session.
create function watch_session(p_access jsonb, p_after integer, p_limit integer, p_snapshot boolean) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access); v_log json := read_events(p_access, p_after, 0); c text_conversations; v_events json; v_totals json;
begin
  select * into c from text_conversations where id = v_id;
  with page as materialized (
    select event_offset, type, payload, created_at,
           case when type in ('turn', 'error') then substring(payload ->> 'turn_id' from '[.]([0-9]{1,9})$')::int end as seq
      from session_events where conversation_id = v_id and created_at >= c.created_at and event_offset > p_after and event_offset <= (v_log ->> 'head')::int
     order by event_offset limit p_limit
  ), spent as materialized (
    select * from spent_turns(v_id, (select max(seq) from page))
  ), known as materialized (
    select event_offset, merge_objects((payload -> 'extracted_variables')::jsonb) over (order by event_offset) as variables
      from session_events where conversation_id = v_id and created_at >= c.created_at and type = 'turn'
       and event_offset <= (select max(event_offset) from page where type = 'turn')
  ), told as (
    select p.*, s.usage, s.totals, k.variables, t.result
      from page p left join spent s on s.seq = p.seq left join known k on k.event_offset = p.event_offset and p.type = 'turn'
      left join session_turns t on t.conversation_id = v_id and t.seq = p.seq and p.type = 'turn'
  )
  select coalesce(json_agg(json_build_object('offset', event_offset, 'type', type, 'created_at', iso(created_at), 'payload',
           case when totals is null then payload else (payload::jsonb || jsonb_build_object('usage', usage, 'totals', totals)
             || case when result is null then '{}' else jsonb_build_object(
                  'turn_number', result -> 'turn_number', 'latency_ms', result -> 'latency_ms', 'transitions', result -> 'transitions',
                  'previous_node', result -> 'previous_node_id', 'previous_node_name', result -> 'previous_node_name', 'variables', variables) end)::json end)
         order by event_offset), '[]')
    into v_events from told;
  if p_snapshot then
    select totals into v_totals from spent_turns(v_id, c.next_seq) order by seq desc limit 1;
    v_totals := coalesce(v_totals, '{"input_tokens": 0, "output_tokens": 0, "cost": 0}');
  end if;
  return json_build_object('log', v_log, 'events', v_events, 'session', case when p_snapshot then session_json(c) end, 'totals', v_totals);
end $$;

-- As before, and whether a waiting turn is the one that runs.
create or replace function get_turn(p_access jsonb, p_seq integer) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access); t session_turns;
begin
  select * into t from session_turns where conversation_id = v_id and seq = p_seq;
  if not found then return null; end if;
  if t.status <> 'pending' then return turn_state(t); end if;
  return (turn_state(t)::jsonb || jsonb_build_object('running', exists (
    select from text_conversations c where c.id = v_id and c.done_seq = p_seq - 1 and c.lease_until > clock_timestamp())))::json;
end $$;

-- Whose words may be announced in the conversation of an escalation: those of who has it. Answers {session_id}; a read.
create function holds_escalation(p_tenant uuid, p_id uuid, p_operator text) returns json language plpgsql as $$
declare e escalations; c text_conversations;
begin
  perform enter_tenant(p_tenant);
  select * into e from escalations where id = p_id;
  if not found then perform fail('escalation_not_found'); end if;
  select * into c from text_conversations where id = e.conversation_id;
  if e.status = 'resolved' then perform fail('escalation_resolved'); end if;
  if c.status <> 'active' then perform fail('session_ended'); end if;
  if e.status <> 'assigned' then perform fail('escalation_not_assigned'); end if;
  if e.assigned_to <> p_operator then perform fail('escalation_assigned'); end if;
  return json_build_object('session_id', c.session_id);
end $$;
