-- Escalates when the last escalate_after messages have all failed. Stops by the visitor are no failures.
create or replace function escalate_failing(item jsonb, r json) returns json
language plpgsql as $$
declare
  c text_conversations;
  j record;
  v_failed integer;
  v_after integer := (item ->> 'escalate_after')::int;
  v_event json;
begin
  select count(*) filter (where status = 'failed' and error_code <> 'turn_stopped') into v_failed
  from (
    select status, error_code
    from session_turns
    where conversation_id = (item ->> 'conversation_id')::uuid
      and seq <= (item ->> 'seq')::int
      and kind = 'message'
    order by seq desc
    limit v_after
  ) t;
  if v_failed < v_after then return r; end if;
  select * into c
  from text_conversations
  where id = (item ->> 'conversation_id')::uuid;
  if c.status <> 'active' or exists (select from escalations where conversation_id = c.id and status <> 'resolved')
  then
    return r;
  end if;
  j := join_escalation(c, gen_random_uuid(), 'failed_turns', null, '{}');
  v_event := tell_event(
    c, 'escalation', json_build_object('state', 'open', 'reason', null, 'escalation_id', (j.o_row).id)
  );
  return (
    r::jsonb
      || jsonb_build_object(
        'head', (v_event ->> 'offset')::int, 'events', (r -> 'events')::jsonb || jsonb_build_array(v_event::jsonb)
      )
  )::json;
end
$$;
