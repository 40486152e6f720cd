-- Opens a session: conversation, session token and the first turn in one transaction, within the link's sessions,
-- budget and limit of concurrent sessions. The session is not counted yet; up to 20 more than the link has left may be
-- open and unused.
-- p: {id, session_id, tenant_id, agent_id, agent_version, is_active_version, participant, participant_verified,
--   metadata, idle_timeout_seconds, reply_to, idem_key, idem_fingerprint, signature, consent,
--   link: {id, policy, token_row_id, token_id, token_hash} | null}
-- Returns {session, turn, replayed, is_active_version}. Idempotent by key and signature; a repeat gets a token of its
-- own.
create or replace function open_session(p json) returns json
language plpgsql as $$
declare
  v_tenant uuid := (p ->> 'tenant_id')::uuid;
  v_link uuid := (p -> 'link' ->> 'id')::uuid;
  l temporary_chat_links;
  v_known uuid;
  v_refusal text;
  c text_conversations;
  t session_turns;
begin
  perform enter_tenant(v_tenant);
  v_known := (earlier_answer(v_tenant, 'session', p::jsonb) ->> 'id')::uuid;
  if v_known is not null then
    perform keep_answer(v_tenant, 'session', p, json_build_object('id', v_known));
    select * into c from text_conversations where id = v_known;
    select * into t
    from session_turns
    where conversation_id = c.id and seq = 1;
    -- The answer with the first token may have been lost: a repeat brings a new token for the same session.
    if c.link_id = v_link then
      insert into temporary_chat_sessions (id, tenant_id, link_id, conversation_id, token_id, token_hash)
      values (
        (p -> 'link' ->> 'token_row_id')::uuid, v_tenant, v_link, c.id, p -> 'link' ->> 'token_id',
        decode(p -> 'link' ->> 'token_hash', 'hex')
      );
    end if;
    return json_build_object(
      'session', session_json(c), 'turn', turn_state(t), 'replayed', true, 'is_active_version', c.is_active_version
    );
  end if;
  if v_link is not null then
    -- A crowd at a full link is refused without waiting for the row's lock.
    if exists (
      select
      from temporary_chat_links
      where id = v_link
        and is_active
        and deleted_at is null
        and (expires_at is null or expires_at > clock_timestamp())
        and sessions_used >= max_sessions
    )
    then
      perform fail('sessions_exhausted');
    end if;
    select * into l
    from temporary_chat_links
    where id = v_link and is_active and deleted_at is null
    for no key update;
    if not found then perform fail('link_unavailable'); end if;
    if l.expires_at <= clock_timestamp() then
      perform fail(case when l.friendly_errors then 'link_expired' else 'link_unavailable' end);
    end if;
    if l.sessions_used >= l.max_sessions then perform fail('sessions_exhausted'); end if;
    if budget_spent(v_link) then perform fail('budget_exhausted'); end if;
    -- Under the lock of the link's row, so that two concurrent openings see each other.
    if l.max_concurrent_sessions is not null
      and (
        select count(*)
        from text_conversations live
        where live.link_id = v_link
          and live.ended_at is null
          and session_over_at(live) > clock_timestamp()
      ) >= l.max_concurrent_sessions
    then
      perform fail('concurrent_sessions_exhausted');
    end if;
    -- Opening costs a greeting, so the number of sessions without a first message is limited.
    if exists (
      select
      from text_conversations opened
      where opened.link_id = v_link
        and not opened.counted
        and opened.ended_at is null
      offset l.max_sessions - l.sessions_used + 19
    )
    then
      perform fail('concurrent_sessions_exhausted');
    end if;
    -- The address is checked by open_verified_session(), which knows it.
    v_refusal := entry_refusal(v_link, (p ->> 'participant_verified')::boolean, null);
    if v_refusal <> 'access_pending' then perform fail(v_refusal); end if;
  end if;
  insert into text_conversations (
    id, session_id, tenant_id, agent_id, agent_version, is_active_version, link_id, participant, participant_verified,
    metadata, link_policy, max_messages, idle_timeout_seconds, expires_at, next_seq, counted, idle_check_at,
    created_at, updated_at
  )
  values (
    (p ->> 'id')::uuid, p ->> 'session_id', v_tenant, (p ->> 'agent_id')::uuid, (p ->> 'agent_version')::int,
    (p ->> 'is_active_version')::boolean, v_link, coalesce(p -> 'participant', '{}')::jsonb,
    (p ->> 'participant_verified')::boolean, coalesce(p -> 'metadata', '{}')::jsonb,
    coalesce(p -> 'link' -> 'policy', '{}')::jsonb, l.max_messages_per_session,
    coalesce(l.session_timeout_minutes * 60, (p ->> 'idle_timeout_seconds')::int), l.expires_at, 1, v_link is null,
    least(
      clock_timestamp() + make_interval(
        secs => coalesce(l.session_timeout_minutes * 60, (p ->> 'idle_timeout_seconds')::int)
      ),
      l.expires_at
    ),
    -- whole milliseconds, so that a list cursor made of the public time finds its place again
    date_trunc('milliseconds', clock_timestamp()), clock_timestamp()
  )
  returning * into c;
  insert into session_turns (conversation_id, seq, tenant_id, kind, reply_to)
  values (c.id, 1, v_tenant, 'open', p ->> 'reply_to')
  returning * into t;
  if v_link is not null then
    insert into temporary_chat_sessions (id, tenant_id, link_id, conversation_id, token_id, token_hash, consent_at)
    values (
      (p -> 'link' ->> 'token_row_id')::uuid, v_tenant, v_link, c.id, p -> 'link' ->> 'token_id',
      decode(p -> 'link' ->> 'token_hash', 'hex'), case when (p ->> 'consent')::boolean then clock_timestamp() end
    );
  end if;
  perform keep_answer(v_tenant, 'session', p, json_build_object('id', c.id));
  perform emit_fact(
    v_tenant, 'sessions.v1.event.started', c.session_id,
    jsonb_build_object('tenantId', v_tenant, 'sessionId', c.session_id, 'conversationId', c.id)
  );
  return json_build_object(
    'session', session_json(c), 'turn', turn_state(t), 'replayed', false, 'is_active_version', c.is_active_version
  );
end
$$;
