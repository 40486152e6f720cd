-- Assigns an escalation to an operator. Without p_transfer a conflict when another operator has it. Idempotent by
-- state. The agent's turn in progress is fenced in the same transaction: its answer is never committed, and its message
-- waits for the human.
create or replace function assign_escalation(
  p_tenant uuid, p_id uuid, p_operator text, p_name text, p_transfer boolean
)
returns json
language plpgsql as $$
declare
  h record;
  e escalations;
  c text_conversations;
  v_events json;
begin
  h := hold_escalation(p_tenant, p_id);
  e := h.o_row;
  c := h.o_conversation;
  if e.status = 'resolved' then perform fail('escalation_resolved'); end if;
  if c.status <> 'active' then perform fail('session_ended'); end if;
  if p_transfer and e.status <> 'assigned' then
    perform fail('escalation_not_assigned');
  end if;
  if e.status = 'assigned' and e.assigned_to <> p_operator and p_transfer is not true then
    perform fail('escalation_assigned');
  end if;
  if e.status = 'assigned'
    and e.assigned_to = p_operator
    and e.assigned_name is not distinct from coalesce(p_name, e.assigned_name)
  then
    return json_build_object(
      'escalation', escalation_json(e), 'changed', false, 'session_id', c.session_id, 'conversation_id', c.id,
      'events', '[]'::json, 'waiting_seq', null
    );
  end if;
  update escalations
  set
    status = 'assigned',
    assigned_to = p_operator,
    assigned_name = coalesce(p_name, case when assigned_to = p_operator then assigned_name end),
    assigned_at = case
      when assigned_to = p_operator then assigned_at
      else date_trunc('milliseconds', clock_timestamp())
    end,
    updated_at = clock_timestamp()
  where id = e.id
  returning * into e;
  -- Resets the tries of the turn in progress: being fenced for a human is no failure.
  update text_conversations
  set
    handled_by = 'human',
    operator_name = e.assigned_name,
    updated_at = clock_timestamp(),
    timer_due_at = null,
    fence = fence + 1,
    committed_fence = fence + 1,
    lease_until = null
  where id = c.id
  returning * into c;
  v_events := json_build_array(
    tell_event(c, 'escalation', json_build_object('state', 'assigned', 'reason', e.reason, 'escalation_id', e.id)),
    tell_event(
      c, 'assignment',
      json_build_object(
        'state', case when p_transfer then 'transferred' else 'assigned' end, 'name', e.assigned_name,
        'operator', e.assigned_to, 'escalation_id', e.id
      )
    )
  );
  perform escalation_fact(e, 'sessions.v1.event.escalation_assigned');
  return json_build_object(
    'escalation', escalation_json(e), 'changed', true, 'session_id', c.session_id, 'conversation_id', c.id,
    'events', v_events, 'waiting_seq', case when c.next_seq > c.done_seq then c.next_seq end
  );
end
$$;
