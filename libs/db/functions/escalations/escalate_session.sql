-- A visitor or a backend asks for a human. p: {id, source, reason, metadata}. Idempotent by state: a second request
-- joins the first. A visitor's request counts the session against its link.
create or replace function escalate_session(p_access jsonb, p jsonb) returns json
language plpgsql as $$
declare
  v_id uuid := resolve_access(p_access);
  c text_conversations;
  j record;
  v_silent boolean := false;
  v_events json := '[]';
begin
  select * into c from text_conversations where id = v_id for no key update;
  if c.status <> 'active' then perform fail('session_ended'); end if;
  if p ->> 'source' = 'visitor' and not count_session(c) then
    perform fail('sessions_exhausted');
  end if;
  j := join_escalation(c, (p ->> 'id')::uuid, p ->> 'source', p ->> 'reason', coalesce(p -> 'metadata', '{}'));
  if not j.o_joined then
    v_events := json_build_array(
      tell_event(
        c, 'escalation', json_build_object('state', 'open', 'reason', (j.o_row).reason, 'escalation_id', (j.o_row).id)
      )
    );
    -- The document of its version may silence the agent while the visitor waits: its turn in progress is fenced.
    select v.document -> 'workflow' -> 'escalation' ->> 'while_waiting' = 'silent' into v_silent
    from agent_versions v
    where v.agent_id = c.agent_id and v.version = c.agent_version;
    update text_conversations
    set
      updated_at = clock_timestamp(),
      handled_by = case when v_silent then 'human' else handled_by end,
      timer_due_at = case when v_silent then null else timer_due_at end,
      fence = fence + (case when v_silent then 1 else 0 end),
      committed_fence = case when v_silent then fence + 1 else committed_fence end,
      lease_until = case when v_silent then null else lease_until end
    where id = c.id;
  end if;
  return json_build_object(
    'escalation', escalation_json(j.o_row), 'joined', j.o_joined, 'session_id', c.session_id, 'events', v_events
  );
end
$$;
