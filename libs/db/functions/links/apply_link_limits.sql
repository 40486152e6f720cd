-- Applies changed limits of a link to its live sessions, in the transaction of the change; their usage stays. Writes a
-- `quota` event to each, with the idle time. The caller holds the link's row, so that a session which opens meanwhile
-- has the new limits or is found here. p_expiry, p_messages, p_timeout: which limits have changed. Returns how many
-- sessions changed.
create or replace function apply_link_limits(p_link uuid, p_expiry boolean, p_messages boolean, p_timeout boolean)
returns integer
language plpgsql as $$
declare
  l temporary_chat_links;
  c text_conversations;
  v_expires timestamptz;
  v_max integer;
  v_timeout integer;
  v_count integer := 0;
begin
  select * into l from temporary_chat_links where id = p_link;
  for c in
    select *
    from text_conversations
    where link_id = p_link and ended_at is null
    order by id
    for no key update
  loop
    v_expires := case when p_expiry then l.expires_at else c.expires_at end;
    v_max := case
      when p_messages then greatest(l.max_messages_per_session, c.messages_used)
      else c.max_messages
    end;
    v_timeout := case
      when p_timeout then l.session_timeout_minutes * 60
      else c.idle_timeout_seconds
    end;
    continue when (v_expires, v_max, v_timeout) is not distinct from (
      c.expires_at, c.max_messages, c.idle_timeout_seconds
    );
    -- The next sweep is only moved earlier here; the sweep itself moves it later.
    update text_conversations
    set
      expires_at = v_expires,
      max_messages = v_max,
      idle_timeout_seconds = v_timeout,
      idle_check_at = least(c.idle_check_at, v_expires, c.updated_at + make_interval(secs => v_timeout))
    where id = c.id;
    perform append_event(
      c.id, c.tenant_id, 'quota',
      json_build_object(
        'message_count', c.messages_used, 'remaining_messages', v_max - c.messages_used, 'expires_at', iso(v_expires),
        'idle_timeout_seconds', v_timeout, 'idle_expires_at', iso(c.updated_at + make_interval(secs => v_timeout))
      )
    );
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
