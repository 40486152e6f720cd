-- A session counts against its link's max_sessions with the visitor's first act (message, wish for a human, file, rating), not with the opening
-- of the page: whoever opens a link on the phone and goes on at the desk has used one.
alter table text_conversations add column counted boolean not null default true;
-- What was opened and not used yet; small, because the first act takes a session out of it.
create index text_conversations_unused on text_conversations (link_id) where not counted and ended_at is null;

-- Counts a session with its first act. The caller holds the lock of its row. False = the link has no session left.
create function count_session(c text_conversations) returns boolean language plpgsql as $$
begin
  if c.counted then return true; end if;
  update temporary_chat_links set sessions_used = sessions_used + 1, last_used_at = clock_timestamp()
   where id = c.link_id and sessions_used < max_sessions;
  if not found then return false; end if;
  update text_conversations set counted = true where id = c.id;
  return true;
end $$;

-- Opens a session as before, without counting it; so many more than a link has left may be open unused.
create or replace function open_session(p json) returns json language plpgsql as $$
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
    -- A crowd before a full link is sent away without queueing for the row's lock.
    if exists (select from temporary_chat_links where id = v_link and is_active and deleted_at is null
               and (expires_at is null or expires_at > clock_timestamp()) and sessions_used >= max_sessions) then perform fail('sessions_exhausted'); end if;
    select * into l from temporary_chat_links where id = v_link and is_active and deleted_at is null for no key update;
    if not found then perform fail('link_unavailable'); end if;
    if l.expires_at <= clock_timestamp() then perform fail(case when l.friendly_errors then 'link_expired' else 'link_unavailable' end); end if;
    if l.sessions_used >= l.max_sessions then perform fail('sessions_exhausted'); end if;
    if budget_spent(v_link) then perform fail('budget_exhausted'); end if;
    -- Under the lock of the link's row, so two that begin at once see each other.
    if l.max_concurrent_sessions is not null and (select count(*) from text_conversations live where live.link_id = v_link and live.ended_at is null
        and (live.expires_at is null or live.expires_at > clock_timestamp())
        and live.updated_at + make_interval(secs => live.idle_timeout_seconds) > clock_timestamp()) >= l.max_concurrent_sessions then
      perform fail('concurrent_sessions_exhausted');
    end if;
    -- Opening costs a greeting, and no more than these can be waiting for somebody's first word.
    if exists (select from text_conversations opened where opened.link_id = v_link and not opened.counted and opened.ended_at is null
               offset l.max_sessions - l.sessions_used + 19) then
      perform fail('concurrent_sessions_exhausted');
    end if;
  end if;
  insert into text_conversations (id, session_id, tenant_id, agent_id, agent_version, is_active_version, link_id, participant,
      participant_verified, metadata, link_policy, max_messages, idle_timeout_seconds, expires_at, next_seq, counted, idle_check_at, created_at, updated_at)
  values ((p ->> 'id')::uuid, p ->> 'session_id', v_tenant, (p ->> 'agent_id')::uuid, (p ->> 'agent_version')::int,
      (p ->> 'is_active_version')::boolean, v_link, coalesce(p -> 'participant', '{}')::jsonb, (p ->> 'participant_verified')::boolean,
      coalesce(p -> 'metadata', '{}')::jsonb, coalesce(p -> 'link' -> 'policy', '{}')::jsonb, l.max_messages_per_session,
      coalesce(l.session_timeout_minutes * 60, (p ->> 'idle_timeout_seconds')::int), l.expires_at, 1, v_link is null,
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

-- Accepts messages as before; the first one of a session counts it.
create or replace function accept_messages(items jsonb) returns setof json language plpgsql as $$
declare
  r record; item jsonb; v_tenant uuid; v_id uuid; v_code text;
  c text_conversations; t session_turns; v_time timestamptz; v_payload json; v_files json; v_ids uuid[]; v_found integer;
  v_first jsonb := '[]';
begin
  -- Accept and commit lock many conversations each; the one order (conversation id) keeps them from waiting for each other in a ring. First
  -- messages, which lock their link as well, come when all conversations are locked, in the order of the links.
  for v_round in 1 .. 2 loop
    for r in select value as item, a.* from jsonb_array_elements(case v_round when 1 then items else v_first end), lateral try_access(value -> 'access') a
              order by value ->> 'link', a.o_id, (value ->> 'i')::int
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

      if v_round = 1 and not c.counted then v_first := v_first || (item || jsonb_build_object('link', c.link_id)); continue; end if;

      v_time := clock_timestamp();
      v_code := case
        when c.status <> 'active' then 'session_ended'
        when c.expires_at <= v_time or c.updated_at + make_interval(secs => c.idle_timeout_seconds) <= v_time then 'session_expired'
        when c.link_id is not null and not exists (select from temporary_chat_links l where l.id = c.link_id and l.is_active
             and l.deleted_at is null and (l.expires_at is null or l.expires_at > v_time)) then 'link_unavailable'
        when c.link_id is not null and budget_spent(c.link_id) then 'budget_exhausted'
        when c.messages_used >= c.max_messages then 'messages_exhausted'
        when c.next_seq - c.done_seq >= 11 then 'too_many_pending' end;
      if v_code is not null then return next json_build_object('i', item -> 'i', 'error', v_code); continue; end if;

      v_files := null;
      if item -> 'files' <> '[]' then
        select array_agg(value::uuid) into v_ids from jsonb_array_elements_text(item -> 'files');
        -- Each file is sent once, by the conversation that uploaded it.
        update session_files set turn_seq = c.next_seq + 1 where id = any(v_ids) and conversation_id = v_id and turn_seq is null and complete;
        get diagnostics v_found = row_count;
        if v_found <> cardinality(v_ids) then
          update session_files set turn_seq = null where id = any(v_ids) and conversation_id = v_id and turn_seq = c.next_seq + 1;
          return next json_build_object('i', item -> 'i', 'error', 'file_not_found');
          continue;
        end if;
        select json_agg(json_build_object('id', f.id, 'name', f.name, 'media_type', f.media_type, 'bytes', f.bytes) order by o) into v_files
          from unnest(v_ids) with ordinality u(id, o) join session_files f on f.id = u.id;
      end if;

      -- Nothing is left to refuse it but the number of sessions. Files there are none: an upload would have counted.
      if not c.counted and not count_session(c) then return next json_build_object('i', item -> 'i', 'error', 'sessions_exhausted'); continue; end if;
      update text_conversations set next_seq = next_seq + 1, messages_used = messages_used + 1, event_offset = event_offset + 1, updated_at = v_time
       where id = v_id returning * into c;
      insert into session_turns (conversation_id, seq, tenant_id, kind, content, client_message_id, idem_key, idem_fingerprint, signature, reply_to, files, created_at)
      values (v_id, c.next_seq, v_tenant, 'message', item ->> 'content', item ->> 'client_message_id', item ->> 'idem_key',
              item ->> 'idem_fingerprint', item ->> 'signature', item ->> 'reply_to', v_files, v_time) returning * into t;
      v_payload := json_build_object('turn_id', v_id || '.' || t.seq, 'role', 'user', 'content', t.content, 'client_message_id', t.client_message_id);
      if v_files is not null then v_payload := (v_payload::jsonb || jsonb_build_object('files', v_files))::json; end if;
      insert into session_events (conversation_id, event_offset, tenant_id, type, payload, created_at)
      values (v_id, c.event_offset, v_tenant, 'message', v_payload, v_time);
      return next json_build_object('i', item -> 'i', 'replayed', false, 'turn', turn_state(t), 'session_id', c.session_id, 'conversation_id', c.id, 'tenant_id', v_tenant,
        'messages_used', c.messages_used, 'max_messages', c.max_messages, 'expires_at', iso(c.expires_at),
        'event', json_build_object('offset', c.event_offset, 'type', 'message', 'payload', v_payload, 'created_at', iso(v_time)));
    end loop;
    exit when v_first = '[]';
  end loop;
end $$;

-- As before; a session that never began is given back if it was counted.
create or replace function fail_turn(item jsonb) returns json language plpgsql as $$
declare
  c text_conversations; v_now timestamptz := clock_timestamp(); v_seq integer := (item ->> 'seq')::int; v_events json;
  v_open boolean := item ->> 'kind' = 'open'; v_message integer := case when item ->> 'kind' = 'message' then 1 else 0 end; v_timer boolean := item ->> 'kind' = 'timer';
begin
  update text_conversations set done_seq = v_seq, committed_fence = fence, updated_at = case when v_timer then updated_at else v_now end,
      messages_used = messages_used - v_message,
      message_sequence = message_sequence + v_message, event_offset = event_offset + 1,
      timer_due_at = case when v_timer and item ->> 'dead' is null then v_now + interval '1 minute' else timer_due_at end,
      lease_until = case when next_seq = v_seq then null else v_now + make_interval(secs => (item ->> 'lease_ms')::int / 1000.0) end
   where id = (item ->> 'conversation_id')::uuid and fence = (item ->> 'fence')::bigint and done_seq = v_seq - 1 and status = 'active'
   returning * into c;
  if not found then return json_build_object('i', item -> 'i', 'outcome', 'fenced'); end if;
  if v_message = 1 then
    insert into text_conversation_messages (conversation_id, tenant_id, sequence, turn_seq, role, content, client_message_id, files, status, created_at)
    values (c.id, c.tenant_id, c.message_sequence, v_seq, 'user', item -> 'user' ->> 'content', item -> 'user' ->> 'client_message_id', (nullif(item -> 'user' -> 'files', 'null'))::json, 'failed',
            (item -> 'user' ->> 'created_at')::timestamptz);
  end if;
  insert into session_events (conversation_id, event_offset, tenant_id, type, payload, created_at)
  values (c.id, c.event_offset, c.tenant_id, 'error', json_build_object('turn_id', c.id || '.' || v_seq, 'code', item ->> 'failed',
          'message_count', c.messages_used, 'remaining_messages', c.max_messages - c.messages_used), v_now)
  returning json_build_array(json_build_object('offset', event_offset, 'type', type, 'payload', payload, 'created_at', iso(v_now))) into v_events;
  update session_turns set status = 'failed', error_code = item ->> 'failed', trace = (item ->> 'trace')::json, done_at = v_now where conversation_id = c.id and seq = v_seq;
  if item ->> 'dead' is not null then
    insert into dead_turns (conversation_id, seq, tenant_id, reason) values (c.id, v_seq, c.tenant_id, item ->> 'dead');
  end if;
  if v_open then
    update temporary_chat_links set sessions_used = sessions_used - 1 where id = c.link_id and sessions_used > 0 and c.counted;
    perform close_conversation(c.id, 'error', item ->> 'failed');
  end if;
  return json_build_object('i', item -> 'i', 'outcome', 'committed', 'more', c.next_seq > v_seq and not v_open,
    'head', c.event_offset + (case when v_open then 1 else 0 end), 'events', v_events, 'conversation_id', c.id);
end $$;

-- As before; a visitor's wish counts the session.
create or replace function escalate_session(p_access jsonb, p jsonb) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access); c text_conversations; j record; v_events json := '[]';
begin
  select * into c from text_conversations where id = v_id for no key update;
  if c.status <> 'active' then perform fail('session_ended'); end if;
  if p ->> 'source' = 'visitor' and not count_session(c) then perform fail('sessions_exhausted'); end if;
  j := join_escalation(c, (p ->> 'id')::uuid, p ->> 'source', p ->> 'reason', coalesce(p -> 'metadata', '{}'));
  if not j.o_joined then
    v_events := json_build_array(tell_event(c, 'escalation', json_build_object('state', 'open', 'reason', (j.o_row).reason, 'escalation_id', (j.o_row).id)));
    update text_conversations set updated_at = clock_timestamp() where id = c.id;
  end if;
  return json_build_object('escalation', escalation_json(j.o_row), 'joined', j.o_joined, 'session_id', c.session_id, 'events', v_events);
end $$;

-- As before; an upload counts the session.
create or replace function begin_file(p_access jsonb, p_file uuid, p_name text, p_media_type text, p_max_count integer) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access); c text_conversations; f session_files; v_now timestamptz;
begin
  -- A crowd before a full session is sent away without queueing for the row's lock; the count under the lock decides.
  if not exists (select from session_files where id = p_file) and (select count(*) from session_files
       where conversation_id = v_id and (complete or created_at >= clock_timestamp() - upload_time())) >= p_max_count then
    perform fail('files_exhausted');
  end if;
  select * into c from text_conversations where id = v_id for no key update;
  v_now := clock_timestamp();
  select * into f from session_files where id = p_file and conversation_id = v_id;
  if found and f.complete then
    if f.name <> p_name or f.media_type <> p_media_type then perform fail('idempotency_key_reused'); end if;
    return json_build_object('complete', file_json(f));
  end if;
  if c.status <> 'active' then perform fail('session_ended'); end if;
  if c.expires_at <= v_now or c.updated_at + make_interval(secs => c.idle_timeout_seconds) <= v_now then perform fail('session_expired'); end if;
  if c.link_id is not null and not exists (select from temporary_chat_links l where l.id = c.link_id and l.is_active
       and l.deleted_at is null and (l.expires_at is null or l.expires_at > v_now)) then perform fail('link_unavailable'); end if;
  if not count_session(c) then perform fail('sessions_exhausted'); end if;
  delete from session_files where conversation_id = v_id and not complete and created_at < v_now - upload_time();
  select * into f from session_files where id = p_file and conversation_id = v_id;
  if found then
    if f.name <> p_name or f.media_type <> p_media_type then perform fail('idempotency_key_reused'); end if;
    return json_build_object('complete', null);
  end if;
  if (select count(*) from session_files where conversation_id = v_id) >= p_max_count then perform fail('files_exhausted'); end if;
  insert into session_files (id, tenant_id, conversation_id, name, media_type, bytes, sha256, created_at)
  values (p_file, c.tenant_id, v_id, p_name, p_media_type, 0, '', v_now);
  return json_build_object('complete', null);
end $$;

-- Whom p_access lets give feedback, as before; a rating counts the session.
create or replace function feedback_access(p_access jsonb) returns uuid language plpgsql as $$
declare v_id uuid := resolve_access(p_access); c text_conversations; v_ended timestamptz;
begin
  select ended_at into v_ended from text_conversations where id = v_id;
  if v_ended is not null then
    perform from text_conversations where id = v_id for share;
    v_id := resolve_content(p_access);
  end if;
  if v_ended < clock_timestamp() - interval '24 hours' then perform fail('session_ended'); end if;
  select * into c from text_conversations where id = v_id and not counted and ended_at is null for no key update;
  if found and not count_session(c) then perform fail('sessions_exhausted'); end if;
  return v_id;
end $$;

-- As before, and whether its link has a session left for another conversation (null = it has no link).
create or replace function get_session(p_access jsonb) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access);
begin
  return (select (session_json(c)::jsonb || jsonb_build_object('another_session', (
      select l.sessions_used < l.max_sessions from temporary_chat_links l where l.id = c.link_id), 'feedback', (
      select jsonb_build_object('rating', f.rating, 'text', f.text, 'created_at', iso(f.created_at), 'updated_at', iso(f.updated_at))
        from session_feedback f where f.conversation_id = v_id)))::json
    from text_conversations c where id = v_id);
end $$;
