-- Extends a session: its expiry (never beyond that of its link) and its idle time, with a `quota` event.
-- p: {minutes, idem_key, idem_fingerprint, signature}. Idempotent by key and signature.
create or replace function extend_session(p_access jsonb, p jsonb) returns json
language plpgsql as $$
declare
  v_id uuid := resolve_access(p_access);
  c text_conversations;
  v_now timestamptz;
  v_more interval := make_interval(mins => (p ->> 'minutes')::int);
  v_answer json;
  v_idle text;
begin
  select * into c from text_conversations where id = v_id for no key update;
  v_answer := earlier_answer(c.tenant_id, 'extend:' || v_id, p);
  if v_answer is not null then
    perform keep_answer(c.tenant_id, 'extend:' || v_id, p::json, v_answer);
    return (v_answer::jsonb || '{"replayed": true, "events": []}')::json;
  end if;
  v_now := clock_timestamp();
  if session_refusal(c, v_now) is not null then perform fail(session_refusal(c, v_now)); end if;
  update text_conversations
  set
    idle_timeout_seconds = idle_timeout_seconds + (p ->> 'minutes')::int * 60,
    expires_at = greatest(
      expires_at, least(expires_at + v_more, (select l.expires_at from temporary_chat_links l where l.id = c.link_id))
    )
  where id = v_id
  returning * into c;
  v_idle := iso(c.updated_at + make_interval(secs => c.idle_timeout_seconds));
  v_answer := json_build_object(
    'session_id', c.session_id, 'expires_at', iso(c.expires_at), 'replayed', false, 'idle_expires_at', v_idle,
    'events', json_build_array(
      tell_event(
        c, 'quota',
        json_build_object(
          'remaining_messages', c.max_messages - c.messages_used, 'message_count', c.messages_used,
          'expires_at', iso(c.expires_at), 'idle_timeout_seconds', c.idle_timeout_seconds, 'idle_expires_at', v_idle
        )
      )
    )
  );
  perform keep_answer(c.tenant_id, 'extend:' || v_id, p::json, v_answer);
  return v_answer;
end
$$;
