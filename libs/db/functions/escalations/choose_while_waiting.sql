-- The choice of a visitor who waits for a person. p: {choice: continue | cancel | email, answer_to: {sealed, hint,
-- language}}. continue: the agent answers again, and a person may still come; cancel: the visitor waits for nobody any
-- more; email: the answer is mailed when the visitor has left, and the conversation stays open for a week for it.
-- Idempotent by state. Refuses: nobody was requested; continue and cancel, when an operator has it.
create or replace function choose_while_waiting(p_access jsonb, p jsonb) returns json
language plpgsql as $$
declare
  v_id uuid := resolve_access(p_access);
  v_choice text := p ->> 'choice';
  v_now timestamptz := clock_timestamp();
  v_week timestamptz := clock_timestamp() + interval '7 days';
  c text_conversations;
  e escalations;
  v_events jsonb := '[]';
begin
  select * into c from text_conversations where id = v_id for no key update;
  if session_refusal(c, v_now) is not null then perform fail(session_refusal(c, v_now)); end if;
  select * into e from escalations where conversation_id = v_id and status <> 'resolved' for no key update;
  if not found then perform fail('escalation_not_found'); end if;
  if e.status <> 'open' and v_choice <> 'email' then perform fail('escalation_assigned'); end if;
  if v_choice = 'email' then
    update escalations set answer_to = p -> 'answer_to', updated_at = v_now where id = e.id returning * into e;
    update text_conversations
    set
      idle_timeout_seconds = greatest(idle_timeout_seconds, 7 * 86400),
      expires_at = greatest(
        expires_at, least(v_week, (select l.expires_at from temporary_chat_links l where l.id = c.link_id))
      ),
      updated_at = v_now
    where id = v_id
    returning * into c;
    v_events := jsonb_build_array(
      tell_event(
        c, 'quota',
        json_build_object(
          'remaining_messages', c.max_messages - c.messages_used, 'message_count', c.messages_used,
          'expires_at', iso(c.expires_at), 'idle_timeout_seconds', c.idle_timeout_seconds,
          'idle_expires_at', iso(c.updated_at + make_interval(secs => c.idle_timeout_seconds))
        )
      )
    );
  else
    if v_choice = 'cancel' then
      update escalations
      set
        status = 'resolved',
        outcome = 'cancelled',
        resolved_at = date_trunc('milliseconds', v_now),
        updated_at = v_now
      where id = e.id
      returning * into e;
    end if;
    if c.handled_by = 'human' or v_choice = 'cancel' then
      -- Fenced: a turn running in silence ends before the agent speaks again.
      update text_conversations
      set
        handled_by = 'agent',
        updated_at = v_now,
        stale_through = next_seq,
        fence = fence + 1,
        committed_fence = fence + 1,
        lease_until = null
      where id = v_id
      returning * into c;
      v_events := jsonb_build_array(
        tell_event(
          c, 'escalation',
          json_build_object(
            'state', e.status, 'reason', e.reason, 'outcome', e.outcome, 'escalation_id', e.id, 'choice', v_choice
          )
        )
      );
    end if;
    if v_choice = 'cancel' then
      perform escalation_fact(e, 'sessions.v1.event.escalation_resolved');
    end if;
  end if;
  return json_build_object(
    'session_id', c.session_id, 'conversation_id', c.id, 'events', v_events,
    'session', session_json(c), 'waiting_seq', case when c.next_seq > c.done_seq then c.next_seq end
  );
end
$$;
