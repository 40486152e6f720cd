-- What a visitor is told of time and room: when a quiet conversation ends, why a link closed, and that a link is full or has room again.

-- As before, and how long the session may be quiet. The end moves with each exchange; at idle_expires_at it stands now.
create or replace function session_json(c text_conversations) returns json language sql stable as $$
  select json_build_object(
    'session_id', c.session_id, 'conversation_id', c.id, 'status', c.status, 'node_id', c.node_id, 'node_name', c.node_name,
    'turns', c.total_turns, 'transition_count', c.total_transitions, 'collected_data', c.collected_data,
    'created_at', iso(c.created_at), 'updated_at', iso(c.updated_at), 'ended_at', iso(c.ended_at), 'end_reason', c.end_reason,
    'expires_at', iso(c.expires_at), 'remaining_messages', c.max_messages - c.messages_used, 'message_count', c.messages_used,
    'agent_config_version', c.agent_version, 'metadata', c.metadata, 'tenant_id', c.tenant_id, 'agent_id', c.agent_id, 'link_id', c.link_id,
    'last_event_offset', c.event_offset, 'epoch', c.epoch, 'handled_by', c.handled_by, 'operator_name', c.operator_name,
    'idle_timeout_seconds', c.idle_timeout_seconds, 'idle_expires_at', iso(c.updated_at + make_interval(secs => c.idle_timeout_seconds)))
$$;

-- As before, and the times of the session by the clock of the database, for readers that show what is left.
create or replace function read_events(p_access jsonb, p_after integer, p_limit integer) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access); c text_conversations;
begin
  select * into c from text_conversations where id = v_id;
  return json_build_object('sessionId', c.session_id, 'epoch', c.epoch, 'head', c.event_offset, 'status', c.status,
    'now', iso(clock_timestamp()), 'expiresAt', iso(c.expires_at), 'endReason', c.end_reason,
    'idleTimeoutSeconds', c.idle_timeout_seconds, 'idleExpiresAt', iso(c.updated_at + make_interval(secs => c.idle_timeout_seconds)), 'events',
    (select coalesce(json_agg(json_build_object('offset', event_offset, 'type', type, 'payload', payload, 'created_at', iso(created_at)) order by event_offset), '[]')
       from (select * from session_events where conversation_id = v_id and created_at >= c.created_at and event_offset > p_after
              order by event_offset limit p_limit) e));
end $$;

-- As before; a changed idle time is told as well.
create or replace function apply_link_limits(p_link uuid, p jsonb) returns integer language plpgsql as $$
declare
  l temporary_chat_links; c text_conversations; v_expires timestamptz; v_max integer; v_timeout integer; v_count integer := 0;
begin
  select * into l from temporary_chat_links where id = p_link;
  for c in select * from text_conversations where link_id = p_link and ended_at is null order by id for no key update
  loop
    v_expires := case when (p ->> 'expiry')::boolean then l.expires_at else c.expires_at end;
    v_max := case when (p ->> 'messages')::boolean then greatest(l.max_messages_per_session, c.messages_used) else c.max_messages end;
    v_timeout := case when (p ->> 'timeout')::boolean then l.session_timeout_minutes * 60 else c.idle_timeout_seconds end;
    continue when (v_expires, v_max, v_timeout) is not distinct from (c.expires_at, c.max_messages, c.idle_timeout_seconds);
    -- The sweep's look is only moved forward: it moves on by itself.
    update text_conversations set expires_at = v_expires, max_messages = v_max, idle_timeout_seconds = v_timeout,
        idle_check_at = least(c.idle_check_at, v_expires, c.updated_at + make_interval(secs => v_timeout))
     where id = c.id;
    perform append_event(c.id, c.tenant_id, 'quota', json_build_object('message_count', c.messages_used,
      'remaining_messages', v_max - c.messages_used, 'expires_at', iso(v_expires),
      'idle_timeout_seconds', v_timeout, 'idle_expires_at', iso(c.updated_at + make_interval(secs => v_timeout))));
    v_count := v_count + 1;
  end loop;
  return v_count;
end $$;

-- As before; its event tells the idle time too.
create or replace function extend_session(p_access jsonb, p jsonb) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access); c text_conversations; v_now timestamptz; v_more interval := make_interval(mins => (p ->> 'minutes')::int); v_answer json; v_idle text;
begin
  select * into c from text_conversations where id = v_id for no key update;
  v_answer := earlier_answer(c.tenant_id, 'extend:' || v_id, p);
  if v_answer is not null then
    perform keep_answer(c.tenant_id, 'extend:' || v_id, p::json, v_answer);
    return (v_answer::jsonb || '{"replayed": true, "events": []}')::json;
  end if;
  v_now := clock_timestamp();
  if c.status <> 'active' then perform fail('session_ended'); end if;
  if c.expires_at <= v_now or c.updated_at + make_interval(secs => c.idle_timeout_seconds) <= v_now then perform fail('session_expired'); end if;
  update text_conversations set idle_timeout_seconds = idle_timeout_seconds + (p ->> 'minutes')::int * 60,
         expires_at = greatest(expires_at, least(expires_at + v_more, (select l.expires_at from temporary_chat_links l where l.id = c.link_id)))
   where id = v_id returning * into c;
  v_idle := iso(c.updated_at + make_interval(secs => c.idle_timeout_seconds));
  v_answer := json_build_object('session_id', c.session_id, 'expires_at', iso(c.expires_at), 'replayed', false,
    'idle_expires_at', v_idle,
    'events', json_build_array(tell_event(c, 'quota', json_build_object('remaining_messages', c.max_messages - c.messages_used,
      'message_count', c.messages_used, 'expires_at', iso(c.expires_at), 'idle_timeout_seconds', c.idle_timeout_seconds, 'idle_expires_at', v_idle))));
  perform keep_answer(c.tenant_id, 'extend:' || v_id, p::json, v_answer);
  return v_answer;
end $$;

-- Announces links that have expired, once each, and that this is why they closed.
create or replace function expire_links(p_limit integer) returns integer language plpgsql security definer set search_path = public as $$
declare v_count integer;
begin
  with due as (
    select id from temporary_chat_links where expired_at is null and deleted_at is null and expires_at <= clock_timestamp()
     order by expires_at limit p_limit for no key update skip locked
  ), marked as (
    update temporary_chat_links l set expired_at = clock_timestamp() from due where l.id = due.id returning l.id, l.tenant_id
  ), told as (
    insert into outbox (tenant_id, subject, key, payload)
    select tenant_id, 'links.v1.event.revoked', id::text, jsonb_build_object('linkId', id, 'tenantId', tenant_id, 'reason', 'expired') from marked
  )
  select count(*) into v_count from marked;
  return v_count;
end $$;

-- A link that has just become full, or has room again because a session that never began was given back, is news to whoever remembers it. The
-- condition stands in the trigger: sessions in between cost a comparison.
create function tell_link_room() returns trigger language plpgsql as $$
begin
  insert into outbox (tenant_id, subject, key, payload)
  values (new.tenant_id, 'links.v1.event.updated', new.id::text, jsonb_build_object('linkId', new.id, 'tenantId', new.tenant_id));
  return null;
end $$;
create trigger tell_link_room after update of sessions_used on temporary_chat_links for each row
  when ((old.sessions_used >= old.max_sessions) is distinct from (new.sessions_used >= new.max_sessions))
  execute function tell_link_room();
