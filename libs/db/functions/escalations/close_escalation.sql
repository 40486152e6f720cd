-- Ends an escalation. p_how: resolve or hand_back. An open one may be ended by anyone, an assigned one by its assignee.
-- Handing back continues the workflow in a turn of its own; after a plain resolve the agent answers the next message.
create or replace function close_escalation(
  p_tenant uuid, p_id uuid, p_operator text, p_how text, p_summary text, p_end_session boolean
)
returns json
language plpgsql as $$
declare
  h record;
  e escalations;
  c text_conversations;
  v_events jsonb;
  v_back boolean := p_how = 'hand_back';
  v_seq integer;
begin
  h := hold_escalation(p_tenant, p_id);
  e := h.o_row;
  c := h.o_conversation;
  if e.status = 'resolved' then perform fail('escalation_resolved'); end if;
  if c.status <> 'active' then perform fail('session_ended'); end if;
  if e.status = 'assigned' and e.assigned_to <> p_operator then
    perform fail('escalation_assigned');
  end if;
  update escalations
  set
    status = 'resolved',
    outcome = case when v_back then 'handed_back' else 'resolved' end,
    summary = p_summary,
    resolved_at = date_trunc('milliseconds', clock_timestamp()),
    updated_at = clock_timestamp()
  where id = e.id
  returning * into e;
  if v_back then v_seq := c.next_seq + 1; end if;
  -- Fenced once more: the next runner reads the words of the human first.
  update text_conversations
  set
    handled_by = 'agent',
    operator_name = null,
    handover_summary = coalesce(p_summary, handover_summary),
    stale_through = c.next_seq,
    next_seq = coalesce(v_seq, next_seq),
    updated_at = clock_timestamp(),
    fence = fence + 1,
    committed_fence = fence + 1,
    lease_until = null
  where id = c.id
  returning * into c;
  v_events := jsonb_build_array(
    tell_event(c, 'escalation', json_build_object('state', 'resolved', 'outcome', e.outcome, 'escalation_id', e.id))
  );
  if e.assigned_to is not null then
    v_events := v_events
      || jsonb_build_array(
        tell_event(
          c, 'assignment',
          json_build_object(
            'state', 'released', 'name', e.assigned_name, 'operator', e.assigned_to, 'escalation_id', e.id
          )
        )
      );
  end if;
  if v_back then
    insert into session_turns (conversation_id, seq, tenant_id, kind, content)
    values (c.id, v_seq, c.tenant_id, 'handed_back', coalesce(p_summary, ''));
  end if;
  perform escalation_fact(e, 'sessions.v1.event.escalation_resolved');
  if not v_back and p_end_session then
    perform close_conversation(c.id, 'completed', 'resolved');
  end if;
  return json_build_object(
    'escalation', escalation_json(e), 'session_id', c.session_id, 'conversation_id', c.id, 'events', v_events,
    'waiting_seq', case when c.next_seq > c.done_seq then c.next_seq end
  );
end
$$;
