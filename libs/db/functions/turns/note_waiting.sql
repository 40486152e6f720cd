-- What a committed turn leaves waiting: a human, or a timeout.
create or replace function note_waiting(item jsonb) returns void
language plpgsql as $$
declare
  c text_conversations;
  v_escalated boolean := jsonb_typeof(item -> 'escalation') = 'object';
  -- a runner of the previous release does not send it: it knows only the workflow's setting
  v_silent boolean := v_escalated and coalesce((item -> 'escalation' ->> 'silent')::boolean, true);
begin
  select * into c
  from text_conversations
  where id = (item ->> 'conversation_id')::uuid;
  if c.status <> 'active' and not v_escalated then return; end if;
  if v_escalated then
    perform join_escalation(
      c, gen_random_uuid(), coalesce(item -> 'escalation' ->> 'source', 'workflow'),
      item -> 'escalation' ->> 'reason', '{}'
    );
  end if;
  if c.status = 'active' then
    update text_conversations
    set
      handled_by = case when v_silent then 'human' else handled_by end,
      timer_due_at = case
        when item ? 'timer_seconds'
          then node_entered_at + make_interval(secs => (item ->> 'timer_seconds')::double precision)
        else timer_due_at
      end
    where id = c.id;
  else
    update escalations
    set status = 'resolved', outcome = 'session_ended', resolved_at = clock_timestamp()
    where conversation_id = c.id and status <> 'resolved';
  end if;
end
$$;
