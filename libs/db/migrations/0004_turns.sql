-- Keeps an answer under the caller's key and under the signature of the request, whichever there are.
create function keep_answer(p_tenant uuid, p_scope text, p json, p_answer json) returns void language plpgsql as $$
begin
  update idempotency_keys set response = p_answer
   where tenant_id = p_tenant and scope = p_scope and response is null
     and key in ('sig:' || (p ->> 'signature'), 'key:' || (p ->> 'idem_key'));
end $$;

-- Opens a session: link quota, conversation, session token and the first turn in one transaction.
-- p: {id, session_id, tenant_id, agent_id, agent_version, is_active_version, participant, participant_verified, metadata, idle_timeout_seconds,
--     reply_to, idem_key, idem_fingerprint, signature, consent, link: {id, policy, token_row_id, token_id, token_hash} | null}
create function open_session(p json) returns json language plpgsql as $$
declare
  v_tenant uuid := (p ->> 'tenant_id')::uuid;
  v_link uuid := (p -> 'link' ->> 'id')::uuid;
  l temporary_chat_links;
  k idempotency_keys;
  v_key text;
  v_known uuid;
  c text_conversations;
  t session_turns;
begin
  perform enter_tenant(v_tenant);
  -- The inserts wait for a first request that still runs, so exactly one of two equal requests goes on. The signature counts beside the
  -- caller's key: a captured request must not run again under another key.
  foreach v_key in array array_remove(array['sig:' || (p ->> 'signature'), 'key:' || (p ->> 'idem_key')], null) loop
    insert into idempotency_keys (tenant_id, scope, key, fingerprint)
    values (v_tenant, 'session', v_key, coalesce(p ->> 'idem_fingerprint', '')) on conflict do nothing;
    if not found then
      select * into k from idempotency_keys where tenant_id = v_tenant and scope = 'session' and key = v_key;
      if v_key like 'key:%' and k.fingerprint is distinct from p ->> 'idem_fingerprint' then perform fail('idempotency_key_reused'); end if;
      v_known := (k.response ->> 'id')::uuid;
    end if;
  end loop;
  if v_known is not null then
    perform keep_answer(v_tenant, 'session', p, json_build_object('id', v_known));
    select * into c from text_conversations where id = v_known;
    select * into t from session_turns where conversation_id = c.id and seq = 1;
    -- The answer with the first token may be what got lost: the repeat brings a token of its own for the same session.
    if c.link_id = v_link then
      insert into temporary_chat_sessions (id, tenant_id, link_id, conversation_id, token_id, token_hash)
      values ((p -> 'link' ->> 'token_row_id')::uuid, v_tenant, v_link, c.id, p -> 'link' ->> 'token_id', decode(p -> 'link' ->> 'token_hash', 'hex'));
    end if;
    return json_build_object('session', session_json(c), 'turn', turn_state(t), 'replayed', true, 'is_active_version', c.is_active_version);
  end if;
  if v_link is not null then
    -- A crowd before a full link is sent away without queueing for the row's lock; the guarded update below decides.
    if exists (select from temporary_chat_links where id = v_link and is_active and deleted_at is null
               and (expires_at is null or expires_at > clock_timestamp()) and sessions_used >= max_sessions) then perform fail('sessions_exhausted'); end if;
    update temporary_chat_links set sessions_used = sessions_used + 1, last_used_at = clock_timestamp()
     where id = v_link and is_active and deleted_at is null and (expires_at is null or expires_at > clock_timestamp())
       and sessions_used < max_sessions
     returning * into l;
    if not found then
      select * into l from temporary_chat_links where id = v_link and is_active and deleted_at is null;
      if not found then perform fail('link_unavailable'); end if;
      if l.expires_at <= clock_timestamp() then perform fail(case when l.friendly_errors then 'link_expired' else 'link_unavailable' end); end if;
      perform fail('sessions_exhausted');
    end if;
  end if;
  insert into text_conversations (id, session_id, tenant_id, agent_id, agent_version, is_active_version, link_id, participant,
      participant_verified, metadata, link_policy, max_messages, idle_timeout_seconds, expires_at, next_seq, idle_check_at, created_at, updated_at)
  values ((p ->> 'id')::uuid, p ->> 'session_id', v_tenant, (p ->> 'agent_id')::uuid, (p ->> 'agent_version')::int,
      (p ->> 'is_active_version')::boolean, v_link, coalesce(p -> 'participant', '{}')::jsonb, (p ->> 'participant_verified')::boolean,
      coalesce(p -> 'metadata', '{}')::jsonb, coalesce(p -> 'link' -> 'policy', '{}')::jsonb, l.max_messages_per_session,
      coalesce(l.session_timeout_minutes * 60, (p ->> 'idle_timeout_seconds')::int), l.expires_at, 1,
      least(clock_timestamp() + make_interval(secs => coalesce(l.session_timeout_minutes * 60, (p ->> 'idle_timeout_seconds')::int)), l.expires_at),
      -- whole milliseconds, so that a list cursor made of the public time finds its place again
      date_trunc('milliseconds', clock_timestamp()), clock_timestamp())
  returning * into c;
  insert into session_turns (conversation_id, seq, tenant_id, kind, reply_to) values (c.id, 1, v_tenant, 'open', p ->> 'reply_to') returning * into t;
  if v_link is not null then
    insert into temporary_chat_sessions (id, tenant_id, link_id, conversation_id, token_id, token_hash, consent_at)
    values ((p -> 'link' ->> 'token_row_id')::uuid, v_tenant, v_link, c.id, p -> 'link' ->> 'token_id',
            decode(p -> 'link' ->> 'token_hash', 'hex'), case when (p ->> 'consent')::boolean then clock_timestamp() end);
  end if;
  perform keep_answer(v_tenant, 'session', p, json_build_object('id', c.id));
  insert into outbox (tenant_id, subject, key, payload)
  values (v_tenant, 'sessions.v1.event.started', c.session_id,
          jsonb_build_object('tenantId', v_tenant, 'sessionId', c.session_id, 'conversationId', c.id));
  return json_build_object('session', session_json(c), 'turn', turn_state(t), 'replayed', false, 'is_active_version', c.is_active_version);
end $$;

-- Accepts messages of many sessions in one statement (group commit). Each item has its own outcome; none can spoil another's.
-- items: [{i, access, content, client_message_id, idem_key, idem_fingerprint, signature, reply_to}], rows are locked in the order of their ids.
create function accept_messages(items jsonb) returns setof json language plpgsql as $$
declare
  r record; item jsonb; v_tenant uuid; v_id uuid; v_code text;
  c text_conversations; t session_turns; v_time timestamptz; v_payload json;
begin
  -- Accept and commit lock many conversations each; the one order (conversation id) keeps them from waiting for each other in a ring.
  for r in select value as item, a.* from jsonb_array_elements(items), lateral try_access(value -> 'access') a order by a.o_id, (value ->> 'i')::int
  loop
    item := r.item; v_id := r.o_id; v_tenant := r.o_tenant;
    if r.o_error is not null then return next json_build_object('i', item -> 'i', 'error', r.o_error); continue; end if;
    perform enter_tenant(v_tenant);
    select * into c from text_conversations where id = v_id for no key update;

    select * into t from session_turns where conversation_id = v_id and client_message_id = item ->> 'client_message_id';
    v_code := case when found and t.content is distinct from item ->> 'content' then 'idempotency_key_reused' end;
    if not found then
      select * into t from session_turns where conversation_id = v_id and idem_key = item ->> 'idem_key';
      v_code := case when found and t.idem_fingerprint is distinct from item ->> 'idem_fingerprint' then 'idempotency_key_reused' end;
    end if;
    if v_code is not null then return next json_build_object('i', item -> 'i', 'error', v_code); continue; end if;
    if not found then
      select * into t from session_turns where conversation_id = v_id and signature = item ->> 'signature';
    end if;
    if found then
      return next json_build_object('i', item -> 'i', 'replayed', true, 'turn', turn_state(t), 'session_id', c.session_id, 'conversation_id', c.id, 'tenant_id', v_tenant,
        'messages_used', c.messages_used, 'max_messages', c.max_messages, 'expires_at', iso(c.expires_at));
      continue;
    end if;

    v_time := clock_timestamp();
    v_code := case
      when c.status <> 'active' then 'session_ended'
      when c.expires_at <= v_time or c.updated_at + make_interval(secs => c.idle_timeout_seconds) <= v_time then 'session_expired'
      when c.link_id is not null and not exists (select from temporary_chat_links l where l.id = c.link_id and l.is_active
           and l.deleted_at is null and (l.expires_at is null or l.expires_at > v_time)) then 'link_unavailable'
      when c.messages_used >= c.max_messages then 'messages_exhausted'
      when c.next_seq - c.done_seq >= 11 then 'too_many_pending' end;
    if v_code is not null then return next json_build_object('i', item -> 'i', 'error', v_code); continue; end if;

    update text_conversations set next_seq = next_seq + 1, messages_used = messages_used + 1, event_offset = event_offset + 1, updated_at = v_time
     where id = v_id returning * into c;
    insert into session_turns (conversation_id, seq, tenant_id, kind, content, client_message_id, idem_key, idem_fingerprint, signature, reply_to, created_at)
    values (v_id, c.next_seq, v_tenant, 'message', item ->> 'content', item ->> 'client_message_id', item ->> 'idem_key',
            item ->> 'idem_fingerprint', item ->> 'signature', item ->> 'reply_to', v_time) returning * into t;
    v_payload := json_build_object('turn_id', v_id || '.' || t.seq, 'role', 'user', 'content', t.content, 'client_message_id', t.client_message_id);
    insert into session_events (conversation_id, event_offset, tenant_id, type, payload, created_at)
    values (v_id, c.event_offset, v_tenant, 'message', v_payload, v_time);
    return next json_build_object('i', item -> 'i', 'replayed', false, 'turn', turn_state(t), 'session_id', c.session_id, 'conversation_id', c.id, 'tenant_id', v_tenant,
      'messages_used', c.messages_used, 'max_messages', c.max_messages, 'expires_at', iso(c.expires_at),
      'event', json_build_object('offset', c.event_offset, 'type', 'message', 'payload', v_payload, 'created_at', iso(v_time)));
  end loop;
end $$;

-- Takes the leases of sessions that have something to do, many per statement (group commit). items: [{i, tenant_id, conversation_id, owner,
-- lease_ms, known_seq: done_seq the caller holds state and history of, or null, history}]. Answers {i, lease}; lease null = somebody else
-- holds it, or nothing waits. Rows are locked in the order of their ids, as in accept and commit.
create function acquire_sessions(items jsonb) returns setof json language plpgsql as $$
declare item jsonb;
begin
  for item in select value from jsonb_array_elements(items) order by (value ->> 'conversation_id')::uuid
  loop
    perform enter_tenant((item ->> 'tenant_id')::uuid);
    return next json_build_object('i', item -> 'i', 'lease', acquire_session(item));
  end loop;
end $$;

create function acquire_session(item jsonb) returns json language plpgsql as $$
declare c text_conversations; v_fresh boolean; p_known_seq integer := (item ->> 'known_seq')::int; p_history integer := (item ->> 'history')::int;
begin
  update text_conversations set lease_owner = item ->> 'owner', fence = fence + 1,
         lease_until = clock_timestamp() + make_interval(secs => (item ->> 'lease_ms')::int / 1000.0)
   where id = (item ->> 'conversation_id')::uuid and next_seq > done_seq and status = 'active' and (lease_until is null or lease_until < clock_timestamp())
   returning * into c;
  if not found then return null; end if;
  v_fresh := p_known_seq is not null and p_known_seq = c.done_seq;
  return json_build_object(
    'conversation_id', c.id, 'fence', c.fence, 'tries', c.fence - c.committed_fence, 'done_seq', c.done_seq, 'agent_id', c.agent_id,
    'agent_version', c.agent_version, 'link_policy', c.link_policy, 'participant', c.participant, 'participant_verified', c.participant_verified,
    'messages_used', c.messages_used, 'max_messages', c.max_messages, 'seconds_in_node', extract(epoch from clock_timestamp() - c.node_entered_at),
    'known', v_fresh,
    'state', case when not v_fresh then c.state end,
    'history', case when not v_fresh then recent_history(c.id, c.created_at, p_history) end,
    'turns', pending_turns(c.id, c.done_seq));
end $$;

-- plpgsql, not sql: called from plpgsql, a sql function would be parsed and planned at every call.
create function recent_history(p_conversation uuid, p_since timestamptz, p_limit integer) returns json language plpgsql stable as $$
begin
  return (select coalesce(json_agg(json_build_object('role', role, 'content', content, 'node_id', node_id) order by sequence), '[]')
    from (select sequence, role, content, node_id from text_conversation_messages
           where conversation_id = p_conversation and created_at >= p_since and status = 'done' order by sequence desc limit p_limit) m);
end $$;

create function pending_turns(p_conversation uuid, p_done integer) returns json language plpgsql stable as $$
begin
  return (select coalesce(json_agg(json_build_object('seq', seq, 'kind', kind, 'content', content, 'client_message_id', client_message_id,
           'reply_to', reply_to, 'created_at', iso(created_at)) order by seq), '[]')
    from session_turns where conversation_id = p_conversation and seq > p_done and status = 'pending');
end $$;

-- What arrived while the holder of the lease was at work.
create function waiting_turns(p_tenant uuid, p_conversation uuid, p_done integer) returns json language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  return pending_turns(p_conversation, p_done);
end $$;

create function extend_lease(p_tenant uuid, p_session text, p_fence bigint, p_lease_ms integer) returns boolean language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update text_conversations set lease_until = clock_timestamp() + make_interval(secs => p_lease_ms / 1000.0)
   where session_id = p_session and fence = p_fence and lease_until is not null;
  return found;
end $$;

-- A runner that stops before its commit gives the session back at once.
create function release_lease(p_tenant uuid, p_session text, p_fence bigint) returns boolean language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update text_conversations set lease_until = null where session_id = p_session and fence = p_fence;
  return found;
end $$;
