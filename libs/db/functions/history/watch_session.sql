-- Like read_events(), for whoever watches a session: events that end a turn also say what the turn did and cost, and
-- the variables and spend at that point. Returns {log: as read_events() without events, events, session, totals}. Read
-- from the turns, so that a session which nobody watches pays nothing for it; costs grow with their number: the end of
-- the 1,000th one took 17 ms. With p_snapshot also the state of the whole session.
create or replace function watch_session(p_access jsonb, p_after integer, p_limit integer, p_snapshot boolean)
returns json
language plpgsql as $$
declare
  v_id uuid := resolve_access(p_access);
  v_log json := read_events(p_access, p_after, 0);
  c text_conversations;
  v_events json;
  v_totals json;
begin
  select * into c from text_conversations where id = v_id;
  with page as materialized (
    select
      event_offset, type, payload, created_at,
      case
        when type in ('turn', 'error') then substring(payload ->> 'turn_id' from '[.]([0-9]{1,9})$')::int
      end as seq
    from session_events
    where conversation_id = v_id
      and created_at >= c.created_at
      and event_offset > p_after
      and event_offset <= (v_log ->> 'head')::int
    order by event_offset
    limit p_limit
  ),
  spent as materialized (select * from spent_turns(v_id, (select max(seq) from page))),
  known as materialized (
    select
      event_offset, merge_objects((payload -> 'extracted_variables')::jsonb) over (order by event_offset) as variables
    from session_events
    where conversation_id = v_id
      and created_at >= c.created_at
      and type = 'turn'
      and event_offset <= (select max(event_offset) from page where type = 'turn')
  ),
  told as (
    select p.*, s.usage, s.totals, k.variables, t.result
    from page p
    left join spent s on s.seq = p.seq
    left join known k on k.event_offset = p.event_offset and p.type = 'turn'
    left join session_turns t on t.conversation_id = v_id and t.seq = p.seq and p.type = 'turn'
  )
  select coalesce(
    json_agg(
      json_build_object(
        'offset', event_offset, 'type', type, 'created_at', iso(created_at),
        'payload', case
          when totals is null then payload
          else (
            payload::jsonb
              || jsonb_build_object('usage', usage, 'totals', totals)
              || case
                when result is null then '{}'
                else jsonb_build_object(
                  'turn_number', result -> 'turn_number', 'latency_ms', result -> 'latency_ms',
                  'transitions', result -> 'transitions', 'previous_node', result -> 'previous_node_id',
                  'previous_node_name', result -> 'previous_node_name', 'variables', variables
                )
              end
          )::json
        end
      ) order by event_offset
    ),
    '[]'
  )
  into v_events
  from told;
  if p_snapshot then
    select totals into v_totals
    from spent_turns(v_id, c.next_seq)
    order by seq desc
    limit 1;
    v_totals := coalesce(v_totals, '{"input_tokens": 0, "output_tokens": 0, "cost": 0}');
  end if;
  return json_build_object(
    'log', v_log, 'events', v_events, 'session', case when p_snapshot then session_json(c) end, 'totals', v_totals
  );
end
$$;
