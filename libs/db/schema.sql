-- The schema after all migrations, made by `npm run docs:generate`; do not edit. For reading and for reviewing what a
-- migration changes; databases are made by the migrations. The monthly partitions are left out.

CREATE SCHEMA public;

ALTER SCHEMA public OWNER TO pg_database_owner;

CREATE FUNCTION public.abandon_budget(p jsonb) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
declare c text_conversations; r budget_reservations;
begin
  perform enter_tenant((p ->> 'tenant_id')::uuid);
  select * into c from text_conversations where id = (p ->> 'conversation_id')::uuid for no key update;
  delete from budget_reservations where conversation_id = c.id and seq = (p ->> 'seq')::int and fence = (p ->> 'fence')::bigint returning * into r;
  if not found or not holds_budget(r, c) then return false; end if;
  update link_budgets set tokens_used = tokens_used + (p ->> 'tokens')::bigint, cost_used = cost_used + (p ->> 'cost')::numeric where link_id = r.link_id;
  return true;
end $$;

CREATE FUNCTION public.accept_messages(items jsonb) RETURNS SETOF json
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.acquire_session(item jsonb) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare c text_conversations; v_fresh boolean; p_known_seq integer := (item ->> 'known_seq')::int; p_history integer := (item ->> 'history')::int;
begin
  update text_conversations set lease_owner = item ->> 'owner', fence = fence + 1,
         lease_until = clock_timestamp() + make_interval(secs => (item ->> 'lease_ms')::int / 1000.0)
   where id = (item ->> 'conversation_id')::uuid and next_seq > done_seq and status = 'active' and (lease_until is null or lease_until < clock_timestamp())
   returning * into c;
  if not found then return null; end if;
  v_fresh := p_known_seq is not null and p_known_seq = c.done_seq and (c.stale_through is null or c.stale_through < c.done_seq);
  return json_build_object(
    'conversation_id', c.id, 'fence', c.fence, 'tries', c.fence - c.committed_fence, 'done_seq', c.done_seq, 'agent_id', c.agent_id,
    'agent_version', c.agent_version, 'link_policy', c.link_policy, 'participant', c.participant, 'participant_verified', c.participant_verified,
    'messages_used', c.messages_used, 'max_messages', c.max_messages, 'seconds_in_node', extract(epoch from clock_timestamp() - c.node_entered_at),
    'handled_by', c.handled_by, 'handover_summary', c.handover_summary, 'has_timer', c.timer_due_at is not null,
    'known', v_fresh,
    'state', case when not v_fresh then c.state end,
    'history', case when not v_fresh then recent_history(c.id, c.created_at, p_history) end,
    'turns', pending_turns(c.id, c.done_seq));
end $$;

CREATE FUNCTION public.acquire_sessions(items jsonb) RETURNS SETOF json
    LANGUAGE plpgsql
    AS $$
declare item jsonb; v_lease json;
begin
  for item in select value from jsonb_array_elements(items) order by (value ->> 'conversation_id')::uuid
  loop
    perform enter_tenant((item ->> 'tenant_id')::uuid);
    v_lease := acquire_session(item);
    return next json_build_object('i', item -> 'i', 'lease', v_lease,
      'budget_link', case when v_lease is not null then budget_link((item ->> 'conversation_id')::uuid) end,
      'memory_version', memory_version((item ->> 'tenant_id')::uuid, (v_lease ->> 'agent_id')::uuid, item ->> 'memory_subject'));
  end loop;
end $$;

CREATE FUNCTION public.active_sessions() RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
  select count(*) from text_conversations where ended_at is null
$$;

ALTER FUNCTION public.active_sessions() OWNER TO parley_jobs;

CREATE FUNCTION public.address_admitted(p_agent uuid, p_address text) RETURNS boolean
    LANGUAGE plpgsql STABLE
    AS $$
begin
  return exists (select from agent_access_addresses where agent_id = p_agent and address_hash = p_address)
      or exists (select from agent_access_requests where agent_id = p_agent and address_hash = p_address and status = 'approved');
end $$;

CREATE FUNCTION public.address_codes(p_mail text) RETURNS TABLE(request_hash text, created_at timestamp with time zone, expires_at timestamp with time zone, wrong integer, is_open boolean)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  select request_hash, created_at, expires_at, tries - (used_at is not null)::integer, used_at is null and tries < 5
    from link_verifications where mail_hash = p_mail and created_at > clock_timestamp() - interval '1 day'
$$;

ALTER FUNCTION public.address_codes(p_mail text) OWNER TO parley_jobs;

CREATE FUNCTION public.address_wait(p_mail text, p_own text) RETURNS integer
    LANGUAGE sql
    AS $$
  with codes as materialized (select * from address_codes(p_mail)),
  mails as (
    select t.at + w.period as free_at
      from (values (3, interval '10 minutes'), (5, interval '1 hour'), (20, interval '1 day')) w (most, period)
     cross join lateral (select created_at as at from codes order by created_at desc offset w.most - 1 limit 1) t
  ),
  moments as (
    select clock_timestamp() as at
    union select expires_at from codes where is_open
    union select created_at + interval '1 day' from codes
  ),
  guesses as (
    select min(m.at) as free_at from moments m
     where 15 >= (select coalesce(sum(case when is_open and expires_at > m.at and request_hash <> p_own then 5 else wrong end), 0)
                    from codes where created_at + interval '1 day' > m.at)
  )
  select greatest(0, ceil(extract(epoch from max(free_at) - clock_timestamp())))::integer
    from (select free_at from mails union all select free_at from guesses) f
$$;

CREATE FUNCTION public.analysis_history(p_tenant uuid, p_conversation uuid, p_limit integer) RETURNS TABLE(role text, content text)
    LANGUAGE plpgsql
    AS $$
begin
  perform enter_tenant(p_tenant);
  return query
  select m.role, m.content from (select * from text_conversation_messages x where x.conversation_id = p_conversation and x.status = 'done'
      and x.created_at >= (select c.created_at from text_conversations c where c.id = p_conversation) order by x.sequence desc limit p_limit) m order by m.sequence;
end $$;

CREATE FUNCTION public.any_word(p_language text, p_text text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ select coalesce(string_agg(quote_literal(lexeme), ' | '), '')::tsquery from unnest(knowledge_tsv(p_language, p_text)) $$;

CREATE FUNCTION public.api_key_by_id(p_key_id text) RETURNS TABLE(id uuid, tenant_id uuid, secret_sealed text, scopes text[], require_nonce boolean)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  select k.id, k.tenant_id, k.secret_sealed, k.scopes, k.require_nonce or t.require_nonce
    from api_keys k join tenants t on t.id = k.tenant_id
   where k.key_id = p_key_id and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
$$;

ALTER FUNCTION public.api_key_by_id(p_key_id text) OWNER TO parley_jobs;

CREATE FUNCTION public.api_token_by_id(p_token_id text) RETURNS TABLE(id uuid, tenant_id uuid, token_hash bytea, role text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$ select id, tenant_id, token_hash, role from api_tokens where token_id = p_token_id and revoked_at is null $$;

ALTER FUNCTION public.api_token_by_id(p_token_id text) OWNER TO parley_jobs;

CREATE FUNCTION public.app_tenant() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ select current_setting('app.tenant_id')::uuid $$;

CREATE FUNCTION public.append_event(p_conversation uuid, p_tenant uuid, p_type text, p_payload json) RETURNS integer
    LANGUAGE plpgsql
    AS $$
declare v_offset integer;
begin
  update text_conversations set event_offset = event_offset + 1 where id = p_conversation returning event_offset into v_offset;
  insert into session_events (conversation_id, event_offset, tenant_id, type, payload, created_at)
  values (p_conversation, v_offset, p_tenant, p_type, p_payload, clock_timestamp());
  return v_offset;
end $$;

CREATE FUNCTION public.apply_link_limits(p_link uuid, p jsonb) RETURNS integer
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.ask_for_access(p jsonb) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare v_agent uuid := (p ->> 'agent_id')::uuid; v_created boolean; v_recent integer;
begin
  perform enter_tenant((p ->> 'tenant_id')::uuid);
  if address_admitted(v_agent, p ->> 'address_hash') then return json_build_object('admitted', true, 'created', false, 'announce', false); end if;
  insert into agent_access_requests (id, tenant_id, agent_id, link_id, address_hash, address_sealed)
  values ((p ->> 'id')::uuid, (p ->> 'tenant_id')::uuid, v_agent, (p ->> 'link_id')::uuid, p ->> 'address_hash', p ->> 'address_sealed')
  on conflict (agent_id, address_hash) do nothing;
  v_created := found;
  select count(*) into v_recent from (select from agent_access_requests
    where agent_id = v_agent and created_at > clock_timestamp() - interval '1 hour' limit 21) r;
  return json_build_object('admitted', false, 'created', v_created, 'announce', v_created and v_recent <= 20);
end $$;

CREATE TABLE public.text_conversations (
    id uuid NOT NULL,
    session_id text NOT NULL,
    tenant_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    agent_version integer NOT NULL,
    is_active_version boolean NOT NULL,
    link_id uuid,
    status text DEFAULT 'active'::text NOT NULL,
    end_reason text,
    state jsonb,
    node_id text DEFAULT ''::text NOT NULL,
    node_name text,
    node_entered_at timestamp with time zone DEFAULT now() NOT NULL,
    collected_data jsonb DEFAULT '{}'::jsonb NOT NULL,
    total_turns integer DEFAULT 0 NOT NULL,
    total_transitions integer DEFAULT 0 NOT NULL,
    message_sequence integer DEFAULT 0 NOT NULL,
    participant jsonb DEFAULT '{}'::jsonb NOT NULL,
    participant_verified boolean DEFAULT false NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    link_policy jsonb DEFAULT '{}'::jsonb NOT NULL,
    max_messages integer,
    messages_used integer DEFAULT 0 NOT NULL,
    idle_timeout_seconds integer DEFAULT 1800 NOT NULL,
    expires_at timestamp with time zone,
    next_seq integer DEFAULT 0 NOT NULL,
    done_seq integer DEFAULT 0 NOT NULL,
    lease_owner text,
    lease_until timestamp with time zone,
    fence bigint DEFAULT 0 NOT NULL,
    committed_fence bigint DEFAULT 0 NOT NULL,
    epoch integer DEFAULT 1 NOT NULL,
    event_offset integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    idle_check_at timestamp with time zone NOT NULL,
    participant_hash text,
    handled_by text DEFAULT 'agent'::text NOT NULL,
    operator_name text,
    handover_summary text,
    stale_through integer,
    timer_due_at timestamp with time zone,
    participant_email text GENERATED ALWAYS AS (lower((participant ->> 'email'::text))) STORED,
    participant_identifier text GENERATED ALWAYS AS ((participant ->> 'identifier'::text)) STORED,
    purge_at timestamp with time zone,
    purged_at timestamp with time zone,
    kept_usage jsonb,
    visitor_mark text,
    counted boolean DEFAULT true NOT NULL,
    CONSTRAINT done_not_ahead CHECK ((done_seq <= next_seq)),
    CONSTRAINT messages_within_quota CHECK (((max_messages IS NULL) OR (messages_used <= max_messages))),
    CONSTRAINT text_conversations_handled_by_check CHECK ((handled_by = ANY (ARRAY['agent'::text, 'human'::text]))),
    CONSTRAINT text_conversations_status_check CHECK ((status = ANY (ARRAY['active'::text, 'completed'::text, 'abandoned'::text, 'error'::text])))
)
WITH (fillfactor='60');

ALTER TABLE ONLY public.text_conversations FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.ask_for_analysis(c public.text_conversations) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  -- Without a word of the visitor there is nothing to ask about.
  if c.total_turns > 0 and exists (select from agent_versions v where v.agent_id = c.agent_id and v.version = c.agent_version and v.asks_after_end) then
    insert into session_analyses (conversation_id, tenant_id) values (c.id, c.tenant_id) on conflict do nothing;
  end if;
end $$;

CREATE FUNCTION public.asks_after_end(p_document json) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$
  select case when p_document #>> '{workflow,post_call_analysis,enabled}' is distinct from 'true' then false
              when json_typeof(p_document #> '{workflow,post_call_analysis,questions}') is distinct from 'array' then false
              else json_array_length(p_document #> '{workflow,post_call_analysis,questions}') > 0 end
$$;

CREATE FUNCTION public.assign_escalation(p_tenant uuid, p_id uuid, p jsonb) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare h record; e escalations; c text_conversations; v_events json; v_transfer boolean := coalesce((p ->> 'transfer')::boolean, false);
begin
  h := hold_escalation(p_tenant, p_id); e := h.o_row; c := h.o_conversation;
  if e.status = 'resolved' then perform fail('escalation_resolved'); end if;
  if c.status <> 'active' then perform fail('session_ended'); end if;
  if v_transfer and e.status <> 'assigned' then perform fail('escalation_not_assigned'); end if;
  if e.status = 'assigned' and e.assigned_to <> p ->> 'operator' and not v_transfer then perform fail('escalation_assigned'); end if;
  if e.status = 'assigned' and e.assigned_to = p ->> 'operator' and e.assigned_name is not distinct from coalesce(p ->> 'name', e.assigned_name) then
    return json_build_object('escalation', escalation_json(e), 'changed', false, 'session_id', c.session_id, 'conversation_id', c.id, 'events', '[]'::json, 'waiting_seq', null);
  end if;
  update escalations set status = 'assigned', assigned_to = p ->> 'operator',
         assigned_name = coalesce(p ->> 'name', case when assigned_to = p ->> 'operator' then assigned_name end),
         assigned_at = case when assigned_to = p ->> 'operator' then assigned_at else date_trunc('milliseconds', clock_timestamp()) end, updated_at = clock_timestamp()
   where id = e.id returning * into e;
  -- The tries of the turn in hand begin anew: one that was fenced for a human is no failed one.
  update text_conversations set handled_by = 'human', operator_name = e.assigned_name, updated_at = clock_timestamp(), timer_due_at = null,
         fence = fence + 1, committed_fence = fence + 1, lease_until = null
   where id = c.id returning * into c;
  v_events := json_build_array(
    tell_event(c, 'escalation', json_build_object('state', 'assigned', 'reason', e.reason, 'escalation_id', e.id)),
    tell_event(c, 'assignment', json_build_object('state', case when v_transfer then 'transferred' else 'assigned' end, 'name', e.assigned_name,
      'operator', e.assigned_to, 'escalation_id', e.id)));
  perform escalation_fact(e, 'escalation_assigned');
  return json_build_object('escalation', escalation_json(e), 'changed', true, 'session_id', c.session_id, 'conversation_id', c.id, 'events', v_events,
    'waiting_seq', case when c.next_seq > c.done_seq then c.next_seq end);
end $$;

CREATE FUNCTION public.begin_file(p_access jsonb, p_file uuid, p_name text, p_media_type text, p_max_count integer) RETURNS json
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.budget_link(p_conversation uuid) RETURNS uuid
    LANGUAGE plpgsql STABLE
    AS $$
begin
  return (select b.link_id from text_conversations c join link_budgets b on b.link_id = c.link_id
           where c.id = p_conversation and (b.max_tokens is not null or b.max_cost is not null));
end $$;

CREATE TABLE public.link_budgets (
    link_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    max_tokens bigint,
    max_cost numeric(18,8),
    hard boolean DEFAULT true NOT NULL,
    tokens_used bigint DEFAULT 0 NOT NULL,
    cost_used numeric(20,12) DEFAULT 0 NOT NULL,
    CONSTRAINT link_budgets_max_cost_check CHECK ((max_cost > (0)::numeric)),
    CONSTRAINT link_budgets_max_tokens_check CHECK ((max_tokens > 0))
);

ALTER TABLE ONLY public.link_budgets FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.budget_output(b public.link_budgets, p_most bigint, p_tokens bigint, p_cost numeric, p_price numeric) RETURNS bigint
    LANGUAGE plpgsql IMMUTABLE
    AS $$
declare v_rest numeric := b.max_cost - b.cost_used - p_cost;
begin
  return least(p_most, b.max_tokens - b.tokens_used - p_tokens,
    case when v_rest is null or p_price is null then null
         when v_rest < 0 then -1
         when p_price = 0 then p_most
         else least(floor(v_rest / p_price), p_most)::bigint end);
end $$;

CREATE FUNCTION public.budget_spent(p_link uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE
    AS $$
begin
  return exists (select from link_budgets where link_id = p_link and hard and (tokens_used >= max_tokens or cost_used >= max_cost));
end $$;

CREATE FUNCTION public.calls_usage(p_trace json) RETURNS json
    LANGUAGE plpgsql STABLE
    AS $$
begin
  return (select json_build_object('input_tokens', coalesce(sum((u ->> 'input_tokens')::bigint), 0), 'output_tokens', coalesce(sum((u ->> 'output_tokens')::bigint), 0),
             'cost', case when bool_or(u ->> 'cost' is null) then null else coalesce(sum((u ->> 'cost')::numeric), 0) end)
      from (select value -> 'usage' as u from json_array_elements(case when json_typeof(p_trace -> 'calls') = 'array' then p_trace -> 'calls' else '[]' end)) calls
     where json_typeof(u) = 'object');
end $$;

CREATE FUNCTION public.charge_analysis(p_conversation uuid, p_attempt integer, p jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare r budget_reservations;
begin
  delete from budget_reservations where conversation_id = p_conversation and seq = 0 and fence = p_attempt returning * into r;
  if not found then return; end if;
  update link_budgets set tokens_used = tokens_used + coalesce((p ->> 'charged_tokens')::bigint, 0),
         cost_used = cost_used + coalesce((p ->> 'charged_cost')::numeric, 0) where link_id = r.link_id;
end $$;

CREATE FUNCTION public.claim_action_webhooks(p_limit integer, p_hold_ms integer) RETURNS TABLE(id uuid, tenant_id uuid, url text, payload jsonb, traceparent text, attempts integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
begin
  delete from action_webhooks w where w.id in (select d.id from action_webhooks d where d.ended_at < clock_timestamp() - interval '7 days'
    order by d.ended_at limit 100 for update skip locked);
  return query
  update action_webhooks w set attempts = w.attempts + 1, next_attempt_at = clock_timestamp() + make_interval(secs => p_hold_ms / 1000.0)
   where w.id in (select d.id from action_webhooks d where d.ended_at is null and d.next_attempt_at <= clock_timestamp()
                   order by d.next_attempt_at limit p_limit for no key update skip locked)
  returning w.id, w.tenant_id, w.url, w.payload, w.traceparent, w.attempts;
end $$;

ALTER FUNCTION public.claim_action_webhooks(p_limit integer, p_hold_ms integer) OWNER TO parley_jobs;

CREATE FUNCTION public.claim_analyses(p_limit integer, p_hold_ms integer) RETURNS TABLE(conversation_id uuid, tenant_id uuid, session_id text, agent_id uuid, agent_version integer, attempt integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
begin
  return query
  update session_analyses a set attempts = a.attempts + 1, next_attempt_at = clock_timestamp() + make_interval(secs => p_hold_ms / 1000.0)
    from text_conversations c
   where c.id = a.conversation_id and a.conversation_id in (select d.conversation_id from session_analyses d where d.status = 'pending'
           and d.next_attempt_at <= clock_timestamp() order by d.next_attempt_at limit p_limit for no key update skip locked)
  returning a.conversation_id, a.tenant_id, c.session_id, c.agent_id, c.agent_version, a.attempts;
end $$;

ALTER FUNCTION public.claim_analyses(p_limit integer, p_hold_ms integer) OWNER TO parley_jobs;

CREATE FUNCTION public.claim_memory(p_tenant uuid, p_session text, p_every integer, p_claim_ms integer) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare c text_conversations; v_after integer;
begin
  perform enter_tenant(p_tenant);
  select * into c from text_conversations where session_id = p_session and participant_verified and participant ? 'email';
  if not found or c.total_turns < p_every then return null; end if;
  insert into memory_cursors (conversation_id, tenant_id, summarised_through) values (c.id, c.tenant_id, 0) on conflict do nothing;
  update memory_cursors set claimed_until = clock_timestamp() + make_interval(secs => p_claim_ms / 1000.0)
   where conversation_id = c.id and c.total_turns - summarised_through >= p_every
     and (claimed_until is null or claimed_until < clock_timestamp())
   returning summarised_through into v_after;
  if not found then return null; end if;
  return json_build_object('conversation_id', c.id, 'agent_id', c.agent_id, 'email', c.participant ->> 'email', 'after', v_after,
    'agent_name', (select name from agents where id = c.agent_id));
end $$;

CREATE FUNCTION public.claim_unembedded(p_model text, p_limit integer, p_claim_ms integer) RETURNS TABLE(tenant_id uuid, document_id uuid)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
  update knowledge_documents d set embedding_claimed_until = clock_timestamp() + make_interval(secs => p_claim_ms / 1000.0)
   where d.id in (select w.id from knowledge_documents w
     where w.deleted_at is null and w.embedding_model is distinct from p_model
       and (w.embedding_claimed_until is null or w.embedding_claimed_until < clock_timestamp())
     order by w.created_at limit p_limit for no key update skip locked)
  returning d.tenant_id, d.id
$$;

ALTER FUNCTION public.claim_unembedded(p_model text, p_limit integer, p_claim_ms integer) OWNER TO parley_jobs;

CREATE FUNCTION public.claim_webhooks(p_limit integer, p_each integer, p_hold_ms integer) RETURNS TABLE(id uuid, tenant_id uuid, endpoint_id uuid, event_id uuid, type text, conversation_id uuid, turn_seq integer, data jsonb, data_sealed text, traceparent text, occurred_at text, attempt integer, url text, settings jsonb, of_version boolean, secret_sealed text, previous_secret_sealed text, include_transcript boolean, include_latency_metrics boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
declare v_endpoint uuid; e webhook_endpoints; v_now timestamptz; v_taken integer := 0; v_round integer; v_free integer;
begin
  for v_endpoint in
    -- One step of the index for each endpoint that waits for something, however much it is.
    with recursive waiting as (
      (select d.endpoint_id from webhook_deliveries d where d.ended_at is null order by d.endpoint_id limit 1)
      union all
      select (select d.endpoint_id from webhook_deliveries d where d.ended_at is null and d.endpoint_id > w.endpoint_id order by d.endpoint_id limit 1)
        from waiting w where w.endpoint_id is not null)
    select w.endpoint_id from waiting w where w.endpoint_id is not null order by random()
  loop
    exit when v_taken >= p_limit;
    select * into e from webhook_endpoints w where w.id = v_endpoint;
    v_now := clock_timestamp();
    if not e.is_active then
      update webhook_deliveries d set status = 'cancelled', ended_at = v_now
       where d.id in (select x.id from webhook_deliveries x where x.endpoint_id = e.id and x.ended_at is null
                         and (x.claimed_until is null or x.claimed_until < v_now) limit 1000 for no key update skip locked);
      continue;
    end if;
    continue when not exists (select from webhook_deliveries d where d.endpoint_id = e.id and d.ended_at is null and d.next_attempt_at <= v_now
                                and (d.claimed_until is null or d.claimed_until < v_now));
    -- One claimer at a time for an endpoint, else two could each fill its places. Taken only where something is due: such locks are few.
    continue when not pg_try_advisory_xact_lock(hashtextextended('webhook:' || v_endpoint, 0));
    v_now := clock_timestamp();
    select count(*) into v_free from webhook_deliveries d where d.endpoint_id = e.id and d.ended_at is null and d.claimed_until > v_now;
    v_free := least(p_limit - v_taken, (case when e.failures >= 3 then 1 else p_each end) - v_free);
    continue when v_free <= 0;
    return query
    update webhook_deliveries d set attempts = d.attempts + 1, last_attempt_at = v_now, claimed_until = v_now + make_interval(secs => p_hold_ms / 1000.0)
     where d.id in (select x.id from webhook_deliveries x where x.endpoint_id = e.id and x.ended_at is null and x.next_attempt_at <= v_now
                       and (x.claimed_until is null or x.claimed_until < v_now) order by x.next_attempt_at limit v_free for no key update skip locked)
    returning d.id, d.tenant_id, d.endpoint_id, d.event_id, d.type, d.conversation_id, d.turn_seq, d.data, d.data_sealed, d.traceparent, iso(d.occurred_at),
      d.attempts, e.url, e.settings, e.agent_version is not null, e.secret_sealed, case when e.previous_secret_until > v_now then e.previous_secret_sealed end,
      e.include_transcript, e.include_latency_metrics;
    get diagnostics v_round = row_count;
    v_taken := v_taken + v_round;
  end loop;
end $$;

ALTER FUNCTION public.claim_webhooks(p_limit integer, p_each integer, p_hold_ms integer) OWNER TO parley_jobs;

CREATE FUNCTION public.close_conversation(p_id uuid, p_status text, p_reason text) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
declare c text_conversations; e escalations;
begin
  update text_conversations set status = p_status, end_reason = p_reason, ended_at = clock_timestamp(), updated_at = clock_timestamp(),
         done_seq = next_seq, fence = fence + 1, lease_until = null, lease_owner = null, timer_due_at = null
   where id = p_id and status = 'active' returning * into c;
  if not found then return false; end if;
  if c.node_id = '' then
    update text_conversations set node_id = coalesce(f.id, ''), node_name = f.name from first_node(c.agent_id, c.agent_version) f where text_conversations.id = p_id;
  end if;
  update session_turns set status = 'failed', error_code = 'session_ended', done_at = clock_timestamp() where conversation_id = p_id and status = 'pending';
  update temporary_chat_sessions set ended_at = clock_timestamp() where conversation_id = p_id and ended_at is null;
  update escalations set status = 'resolved', outcome = 'session_ended', resolved_at = date_trunc('milliseconds', clock_timestamp()), updated_at = clock_timestamp()
   where conversation_id = p_id and status <> 'resolved' returning * into e;
  if found then perform escalation_fact(e, 'escalation_resolved'); end if;
  perform append_event(p_id, c.tenant_id, 'session_ended', json_build_object('reason', p_reason, 'status', p_status));
  insert into outbox (tenant_id, subject, key, payload)
  values (c.tenant_id, 'sessions.v1.event.ended', c.session_id,
          jsonb_build_object('tenantId', c.tenant_id, 'sessionId', c.session_id, 'conversationId', c.id, 'reason', p_reason));
  return true;
end $$;

CREATE FUNCTION public.close_escalation(p_tenant uuid, p_id uuid, p jsonb) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare h record; e escalations; c text_conversations; v_events jsonb; v_back boolean := p ->> 'how' = 'hand_back'; v_seq integer;
begin
  h := hold_escalation(p_tenant, p_id); e := h.o_row; c := h.o_conversation;
  if e.status = 'resolved' then perform fail('escalation_resolved'); end if;
  if c.status <> 'active' then perform fail('session_ended'); end if;
  if e.status = 'assigned' and e.assigned_to <> p ->> 'operator' then perform fail('escalation_assigned'); end if;
  update escalations set status = 'resolved', outcome = case when v_back then 'handed_back' else 'resolved' end, summary = p ->> 'summary',
         resolved_at = date_trunc('milliseconds', clock_timestamp()), updated_at = clock_timestamp()
   where id = e.id returning * into e;
  if v_back then v_seq := c.next_seq + 1; end if;
  -- Fenced once more: whoever goes on reads the words of the human first.
  update text_conversations set handled_by = 'agent', operator_name = null, handover_summary = coalesce(p ->> 'summary', handover_summary), stale_through = c.next_seq,
         next_seq = coalesce(v_seq, next_seq), updated_at = clock_timestamp(), fence = fence + 1, committed_fence = fence + 1, lease_until = null
   where id = c.id returning * into c;
  v_events := jsonb_build_array(tell_event(c, 'escalation', json_build_object('state', 'resolved', 'outcome', e.outcome, 'escalation_id', e.id)));
  if e.assigned_to is not null then
    v_events := v_events || jsonb_build_array(tell_event(c, 'assignment', json_build_object('state', 'released', 'name', e.assigned_name, 'operator', e.assigned_to, 'escalation_id', e.id)));
  end if;
  if v_back then
    insert into session_turns (conversation_id, seq, tenant_id, kind, content) values (c.id, v_seq, c.tenant_id, 'handed_back', coalesce(p ->> 'summary', ''));
  end if;
  perform escalation_fact(e, 'escalation_resolved');
  if not v_back and (p ->> 'end_session')::boolean then perform close_conversation(c.id, 'completed', 'resolved'); end if;
  return json_build_object('escalation', escalation_json(e), 'session_id', c.session_id, 'conversation_id', c.id, 'events', v_events,
    'waiting_seq', case when c.next_seq > c.done_seq then c.next_seq end);
end $$;

CREATE FUNCTION public.commit_turn(item jsonb) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare
  c text_conversations; v_now timestamptz := clock_timestamp(); v_seq integer := (item ->> 'seq')::int;
  v_user jsonb := case when jsonb_typeof(item -> 'user') = 'object' then item -> 'user' end;
  v_parts integer := jsonb_array_length(item -> 'messages'); v_notices integer := coalesce(jsonb_array_length(item -> 'notices'), 0); v_moves integer := jsonb_array_length(item -> 'transitions');
  v_messages integer := jsonb_array_length(item -> 'messages') + (case when jsonb_typeof(item -> 'user') = 'object' then 1 else 0 end);
  v_events json; v_changes boolean := item -> 'variables' <> '{}'; v_result json := item ->> 'result'; v_first integer;
begin
  update text_conversations set
      state = item -> 'state', node_id = item ->> 'node_id', node_name = item ->> 'node_name',
      node_entered_at = case when (item ->> 'node_changed')::boolean then v_now else node_entered_at end,
      collected_data = collected_data || (item -> 'variables'),
      total_turns = (item ->> 'turn_number')::int, total_transitions = total_transitions + v_moves,
      message_sequence = message_sequence + v_messages,
      event_offset = event_offset + v_moves + v_parts + v_notices + 1,
      done_seq = v_seq, committed_fence = fence, updated_at = v_now,
      lease_until = case when next_seq = v_seq then null else v_now + make_interval(secs => (item ->> 'lease_ms')::int / 1000.0) end
   where id = (item ->> 'conversation_id')::uuid and fence = (item ->> 'fence')::bigint and done_seq = v_seq - 1 and status = 'active'
   returning * into c;
  if not found then return json_build_object('i', item -> 'i', 'outcome', 'fenced'); end if;

  if v_messages > 0 then
    insert into text_conversation_messages (conversation_id, tenant_id, sequence, turn_seq, role, content, node_id, node_name, client_message_id, files, created_at)
    select c.id, c.tenant_id, c.message_sequence - v_messages + n, v_seq, role, content, node_id, node_name, client_message_id, files, at
      from (select 1 as n, 'user' as role, v_user ->> 'content' as content, null as node_id, null as node_name,
                   v_user ->> 'client_message_id' as client_message_id, (nullif(v_user -> 'files', 'null'))::json as files, (v_user ->> 'created_at')::timestamptz as at where v_user is not null
            union all
            select ordinality::int + (v_messages - v_parts), 'assistant', value ->> 'content', value ->> 'node_id', value ->> 'node_name', null, null, v_now
              from jsonb_array_elements(item -> 'messages') with ordinality) m;
  end if;
  if v_moves > 0 then
    insert into text_conversation_transitions (conversation_id, tenant_id, sequence, turn_seq, from_node, from_node_name, to_node, to_node_name, condition, created_at)
    select c.id, c.tenant_id, c.total_transitions - v_moves + ordinality, v_seq, value ->> 'from_node', value ->> 'from_node_name',
           value ->> 'to_node', value ->> 'to_node_name', value ->> 'condition', v_now
      from jsonb_array_elements(item -> 'transitions') with ordinality;
  end if;
  if v_changes then
  insert into text_conversation_variables (conversation_id, name, tenant_id, value, node_id, turn_seq, updated_at)
  select c.id, key, c.tenant_id, value, coalesce(item -> 'variable_nodes' ->> key, item ->> 'node_id'), v_seq, v_now from jsonb_each(item -> 'variables')
  on conflict (conversation_id, name) do update set value = excluded.value, node_id = excluded.node_id, turn_seq = excluded.turn_seq, updated_at = excluded.updated_at;
  end if;

  -- Events of the turn: transitions, messages, notices, then the one that closes the turn.
  v_first := c.event_offset - v_moves - v_parts - v_notices;
  with e as (
    select v_first - 1 + ordinality as event_offset, 'transition' as type, value::json as payload from jsonb_array_elements(item -> 'transitions') with ordinality
    union all
    select v_first - 1 + v_moves + ordinality, 'message',
           json_build_object('turn_id', c.id || '.' || v_seq, 'role', 'assistant', 'part', ordinality - 1, 'content', value ->> 'content',
                             'node_id', value ->> 'node_id', 'node_name', value ->> 'node_name')
      from jsonb_array_elements(item -> 'messages') with ordinality
    union all
    select v_first - 1 + v_moves + v_parts + ordinality, value ->> 'type', (value -> 'payload')::json from jsonb_array_elements(coalesce(item -> 'notices', '[]')) with ordinality
    union all
    select c.event_offset, 'turn',
           json_build_object('turn_id', c.id || '.' || v_seq, 'status', 'done', 'node_id', c.node_id, 'node_name', c.node_name, 'session_ended', (item ->> 'ended')::boolean,
             'message_count', c.messages_used, 'remaining_messages', c.max_messages - c.messages_used, 'expires_at', iso(c.expires_at),
             'extracted_variables', item -> 'variables', 'finish_reason', coalesce(v_result ->> 'finish_reason', 'complete'))
  ), written as (
    insert into session_events (conversation_id, event_offset, tenant_id, type, payload, created_at)
    select c.id, event_offset, c.tenant_id, type, payload, v_now from e
  )
  select json_agg(json_build_object('offset', event_offset, 'type', type, 'payload', payload, 'created_at', iso(v_now)) order by event_offset) into v_events from e;

  update session_turns set status = 'done', result = v_result, trace = (item ->> 'trace')::json, done_at = v_now where conversation_id = c.id and seq = v_seq;
  if (item ->> 'ended')::boolean then perform close_conversation(c.id, 'completed', 'workflow_ended'); end if;
  return json_build_object('i', item -> 'i', 'outcome', 'committed', 'more', c.next_seq > v_seq and not (item ->> 'ended')::boolean,
    'head', c.event_offset + (case when (item ->> 'ended')::boolean then 1 else 0 end), 'events', v_events, 'conversation_id', c.id);
end $$;

CREATE FUNCTION public.commit_turns(items jsonb) RETURNS SETOF json
    LANGUAGE plpgsql
    AS $$
declare item jsonb; r json; s record; v_spent jsonb := '[]';
begin
  for item in select value from jsonb_array_elements(items) order by (value ->> 'conversation_id')::uuid
  loop
    perform enter_tenant((item ->> 'tenant_id')::uuid);
    if item ->> 'failed' is null then r := commit_turn(item); else r := fail_turn(item); end if;
    if r ->> 'outcome' = 'committed' then
      if jsonb_typeof(item -> 'spent') = 'object' then
        delete from budget_reservations where conversation_id = (item ->> 'conversation_id')::uuid and seq <= (item ->> 'seq')::int;
        v_spent := v_spent || jsonb_build_array((item -> 'spent') || jsonb_build_object('tenant_id', item -> 'tenant_id'));
      end if;
      if item ->> 'failed' is null and (item ? 'timer_seconds' or item ? 'escalation') then perform note_waiting(item); end if;
      if item ->> 'failed' is not null and (item ->> 'escalate_after')::int > 0 then r := escalate_failing(item, r); end if;
    end if;
    return next r;
  end loop;
  -- After the conversations, and in one order, so that two batches never wait for each other in a ring.
  for s in select (value ->> 'link_id')::uuid as link_id, (value ->> 'tenant_id')::uuid as tenant_id, sum((value ->> 'tokens')::bigint) as tokens,
                  sum((value ->> 'cost')::numeric) as cost from jsonb_array_elements(v_spent) group by 1, 2 order by 1
  loop
    perform enter_tenant(s.tenant_id);
    update link_budgets set tokens_used = tokens_used + s.tokens, cost_used = cost_used + coalesce(s.cost, 0) where link_id = s.link_id;
  end loop;
end $$;

CREATE FUNCTION public.continue_verified_session(p_access jsonb, p json, p_left boolean) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare v_id uuid := resolve_access(p_access); c text_conversations; v_old temporary_chat_sessions; v_opened json;
begin
  select * into c from text_conversations where id = v_id;
  if c.participant_hash is null or not c.participant_verified then perform fail('verification_required'); end if;
  if p_left and c.end_reason is distinct from 'visitor' then perform fail(case when c.end_reason = 'expired' then 'session_expired' else 'session_ended' end); end if;
  select * into v_old from temporary_chat_sessions where token_id = p_access ->> 'token_id';
  if p ->> 'consent_hash' is null and v_old.consent_hash is distinct from p ->> 'consent_wanted' and p ->> 'consent_wanted' is not null then
    perform fail('consent_required');
  end if;
  v_opened := open_verified_session((p::jsonb || jsonb_build_object('participant', c.participant, 'participant_hash', c.participant_hash))::json);
  update temporary_chat_sessions set expires_at = v_old.expires_at, consent_at = coalesce(consent_at, v_old.consent_at),
      consent_hash = coalesce(consent_hash, v_old.consent_hash)
   where id = (p -> 'link' ->> 'token_row_id')::uuid;
  return (v_opened::jsonb || jsonb_build_object('token_expires_at', iso(v_old.expires_at)))::json;
end $$;

CREATE FUNCTION public.count_session(c public.text_conversations) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
begin
  if c.counted then return true; end if;
  update temporary_chat_links set sessions_used = sessions_used + 1, last_used_at = clock_timestamp()
   where id = c.link_id and sessions_used < max_sessions;
  if not found then return false; end if;
  update text_conversations set counted = true where id = c.id;
  return true;
end $$;

CREATE FUNCTION public.date_retention(p_limit integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
declare l temporary_chat_links; v_count integer := 0; v_round integer;
begin
  for l in select * from temporary_chat_links where retention_check_at <= clock_timestamp() order by retention_check_at limit p_limit for no key update skip locked
  loop
    update text_conversations set purge_at = own_purge_time(l.deleted_at, l.retention_days, ended_at) where id in (
      select id from text_conversations where link_id = l.id and ended_at is not null and purged_at is null
         and purge_at is distinct from own_purge_time(l.deleted_at, l.retention_days, ended_at) limit p_limit - v_count for no key update skip locked);
    get diagnostics v_round = row_count;
    v_count := v_count + v_round;
    exit when v_count >= p_limit;
    if l.retention_changed_at > clock_timestamp() - interval '1 minute'
      or exists (select from text_conversations where link_id = l.id and purged_at is null
                    and (l.deleted_at is not null or (ended_at is not null and purge_at is distinct from own_purge_time(l.deleted_at, l.retention_days, ended_at)))) then
      update temporary_chat_links set retention_check_at = clock_timestamp() + interval '1 minute' where id = l.id;
    elsif l.deleted_at is null then
      update temporary_chat_links set retention_changed_at = null, retention_check_at = null where id = l.id;
    else
      -- Whom it was for, and who asked for a code: nobody can come back for them.
      update temporary_chat_links set retention_changed_at = null, retention_check_at = null, recipient = null, metadata = '{}',
             source_session_id = null, token_sealed = null, pin_hash = null, visitor_salt = gen_random_uuid() where id = l.id;
      delete from link_verifications where link_id = l.id;
      delete from link_pin_tries where link_id = l.id;
    end if;
    v_count := v_count + 1;
  end loop;
  return v_count;
end $$;

ALTER FUNCTION public.date_retention(p_limit integer) OWNER TO parley_jobs;

CREATE TABLE public.dead_turns (
    conversation_id uuid NOT NULL,
    seq integer NOT NULL,
    tenant_id uuid NOT NULL,
    reason text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    replay_seq integer,
    replays integer DEFAULT 0 NOT NULL,
    replayed_at timestamp with time zone,
    replayed_by text
);

ALTER TABLE ONLY public.dead_turns FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.dead_turn_json(d public.dead_turns) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
  select jsonb_build_object('id', d.conversation_id || '.' || d.seq, 'kind', 'turn', 'turn_kind', t.kind,
    'session_id', c.session_id, 'conversation_id', c.id, 'session_status', c.status, 'agent_id', c.agent_id, 'agent_version', c.agent_version,
    'link_id', c.link_id, 'reason', d.reason, 'error', t.error_code, 'accepted_at', iso(t.created_at), 'created_at', iso(d.created_at),
    'status', case when r.seq is null then 'waiting' when r.status = 'done' then 'replayed'
                   when r.status = 'pending' and c.status = 'active' then 'replaying' else 'failed' end,
    'replay', case when r.seq is not null then jsonb_build_object('turn_id', d.conversation_id || '.' || r.seq, 'attempts', d.replays,
        'at', iso(d.replayed_at), 'by', d.replayed_by, 'error', case when r.status = 'pending' and c.status <> 'active' then 'session_ended' else r.error_code end) end)
  from text_conversations c
  join session_turns t on t.conversation_id = c.id and t.seq = d.seq
  left join session_turns r on r.conversation_id = c.id and r.seq = d.replay_seq
  where c.id = d.conversation_id
$$;

CREATE FUNCTION public.deliver_fact() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  v_type text := webhook_type(new.subject); c text_conversations; l temporary_chat_links; v_agent uuid; v_data jsonb; v_receivers uuid[];
begin
  if v_type is null then return null; end if;
  if new.payload ->> 'conversationId' is not null then
    select * into c from text_conversations where id = (new.payload ->> 'conversationId')::uuid and tenant_id = new.tenant_id;
    v_agent := c.agent_id;
    if v_type = 'session.ended' then perform ask_for_analysis(c); end if;
  elsif new.payload ->> 'linkId' is not null then
    select * into l from temporary_chat_links where id = (new.payload ->> 'linkId')::uuid and tenant_id = new.tenant_id;
    v_agent := l.agent_id;
  end if;
  select array_agg(endpoint_id) into v_receivers from webhook_receivers(new.tenant_id, v_type, v_agent, c.agent_version);
  if v_receivers is null then return null; end if;
  -- What a domain tells beside its session or link: the members of its fact, named as everything in the payloads.
  select coalesce(jsonb_object_agg(lower(regexp_replace(key, '([A-Z])', '_\1', 'g')), value), '{}') into v_data
    from jsonb_each(new.payload) where key not in ('tenantId', 'sessionId', 'conversationId', 'linkId');
  -- An escalation has a status of its own.
  if v_type like 'escalation.%' then v_data := jsonb_build_object('escalation', v_data); end if;
  if c.id is not null then v_data := v_data || webhook_session(c);
  elsif l.id is not null then
    v_data := v_data || jsonb_build_object('link_id', l.id, 'agent_id', l.agent_id, 'title', l.title, 'is_active', l.is_active, 'expires_at', iso(l.expires_at),
      'max_sessions', l.max_sessions, 'sessions_used', l.sessions_used, 'metadata', l.metadata, 'created_at', iso(l.created_at));
    if v_type = 'link.revoked' then
      v_data := v_data || jsonb_build_object('reason', case when l.deleted_at is not null then 'deleted' when not l.is_active then 'deactivated' else 'expired' end);
    end if;
  end if;
  insert into webhook_deliveries (tenant_id, endpoint_id, event_id, type, conversation_id, data)
  select new.tenant_id, r, new.id, v_type, c.id, v_data from unnest(v_receivers) r on conflict do nothing;
  return null;
end $$;

CREATE FUNCTION public.deliver_message() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare c text_conversations; v_event uuid := gen_random_uuid(); v_receivers uuid[];
begin
  if not exists (select from webhook_endpoints where tenant_id = new.tenant_id and agent_version is null and is_active
                   and events && array['message.completed', 'message.*', '*']) then return null; end if;
  select * into c from text_conversations where id = new.conversation_id;
  select array_agg(endpoint_id) into v_receivers from webhook_receivers(new.tenant_id, 'message.completed', c.agent_id, null);
  insert into webhook_deliveries (tenant_id, endpoint_id, event_id, type, conversation_id, turn_seq, traceparent, data)
  select new.tenant_id, r, v_event, 'message.completed', c.id, new.seq, new.trace ->> 'traceparent',
         jsonb_build_object('session_id', c.session_id, 'conversation_id', c.id, 'agent_id', c.agent_id, 'agent_version', c.agent_version,
           'link_id', c.link_id, 'metadata', c.metadata, 'turn_id', c.id || '.' || new.seq)
    from unnest(coalesce(v_receivers, '{}')) r on conflict do nothing;
  return null;
end $$;

CREATE FUNCTION public.discard_file(p_access jsonb, p_file uuid) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
declare v_id uuid := resolve_access(p_access);
begin
  delete from session_files where id = p_file and conversation_id = v_id and turn_seq is null and not keep;
  return found;
end $$;

CREATE FUNCTION public.dot_product(a real[], b real[]) RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ select sum(x * y)::float8 from unnest(a, b) as v(x, y) $$;

CREATE FUNCTION public.earlier_answer(p_tenant uuid, p_scope text, p jsonb) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare k idempotency_keys; v_key text; v_answer json;
begin
  foreach v_key in array array_remove(array['sig:' || (p ->> 'signature'), 'key:' || (p ->> 'idem_key')], null) loop
    insert into idempotency_keys (tenant_id, scope, key, fingerprint) values (p_tenant, p_scope, v_key, coalesce(p ->> 'idem_fingerprint', '')) on conflict do nothing;
    if not found then
      select * into k from idempotency_keys where tenant_id = p_tenant and scope = p_scope and key = v_key;
      if v_key like 'key:%' and k.fingerprint is distinct from p ->> 'idem_fingerprint' then perform fail('idempotency_key_reused'); end if;
      v_answer := k.response;
    end if;
  end loop;
  return v_answer;
end $$;

CREATE FUNCTION public.end_agent_sessions(p_agent uuid, p_reason text) RETURNS integer
    LANGUAGE plpgsql
    AS $$
declare v_id uuid; v_ended integer := 0;
begin
  for v_id in select id from text_conversations where agent_id = p_agent and ended_at is null order by id loop
    if close_conversation(v_id, 'completed', p_reason) then v_ended := v_ended + 1; end if;
  end loop;
  return v_ended;
end $$;

CREATE FUNCTION public.end_idle_sessions(p_limit integer) RETURNS TABLE(looked integer, ended integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
declare c text_conversations; v_due timestamptz;
begin
  looked := 0;
  ended := 0;
  for c in select * from text_conversations where ended_at is null and idle_check_at <= clock_timestamp() order by idle_check_at limit p_limit for no key update skip locked
  loop
    looked := looked + 1;
    v_due := least(c.updated_at + make_interval(secs => c.idle_timeout_seconds), c.expires_at);
    if v_due > clock_timestamp() then
      update text_conversations set idle_check_at = v_due where id = c.id;
    elsif close_conversation(c.id, 'abandoned', case when c.expires_at <= clock_timestamp() then 'expired' else 'idle_timeout' end) then
      ended := ended + 1;
    end if;
  end loop;
  return next;
end $$;

ALTER FUNCTION public.end_idle_sessions(p_limit integer) OWNER TO parley_jobs;

CREATE FUNCTION public.end_link_sessions(p_link uuid, p_reason text) RETURNS integer
    LANGUAGE plpgsql
    AS $$
declare v_id uuid; v_ended integer := 0;
begin
  for v_id in select id from text_conversations where link_id = p_link and ended_at is null order by id loop
    if close_conversation(v_id, 'completed', p_reason) then v_ended := v_ended + 1; end if;
  end loop;
  return v_ended;
end $$;

CREATE FUNCTION public.end_session(p_access jsonb, p json) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare v_id uuid := resolve_access(p_access); c text_conversations; k idempotency_keys; v_answer json; v_key text;
begin
  select * into c from text_conversations where id = v_id for no key update;
  foreach v_key in array array_remove(array['sig:' || (p ->> 'signature'), 'key:' || (p ->> 'idem_key')], null) loop
    insert into idempotency_keys (tenant_id, scope, key, fingerprint)
    values (c.tenant_id, 'end:' || v_id, v_key, coalesce(p ->> 'idem_fingerprint', '')) on conflict do nothing;
    if not found then
      select * into k from idempotency_keys where tenant_id = c.tenant_id and scope = 'end:' || v_id and key = v_key;
      if v_key like 'key:%' and k.fingerprint is distinct from p ->> 'idem_fingerprint' then perform fail('idempotency_key_reused'); end if;
      v_answer := k.response;
    end if;
  end loop;
  if v_answer is not null then
    perform keep_answer(c.tenant_id, 'end:' || v_id, p, v_answer);
    return (v_answer::jsonb || '{"replayed": true}')::json;
  end if;
  if not close_conversation(v_id, p ->> 'status', p ->> 'reason') then perform fail('session_ended'); end if;
  select * into c from text_conversations where id = v_id;
  v_answer := json_build_object('success', true, 'conversation_id', v_id, 'final_node_id', c.node_id, 'final_node_name', c.node_name,
    'total_turns', c.total_turns, 'total_transitions', c.total_transitions, 'replayed', false);
  perform keep_answer(c.tenant_id, 'end:' || v_id, p, v_answer);
  return v_answer;
end $$;

CREATE FUNCTION public.ensure_partitions(p_months_ahead integer DEFAULT 2) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
declare
  parent text; month date; made integer := 0; partition text;
begin
  perform pg_advisory_xact_lock(hashtext('parley.partitions'));
  foreach parent in array array['text_conversation_messages', 'text_conversation_transitions', 'session_events'] loop
    for i in 0..p_months_ahead loop
      month := (date_trunc('month', now() at time zone 'utc') + make_interval(months => i))::date;
      partition := parent || '_' || to_char(month, 'YYYY_MM');
      if to_regclass(partition) is null then
        execute format('create table %I partition of %I for values from (%L) to (%L)', partition, parent,
                       month::timestamp at time zone 'utc', (month + interval '1 month')::timestamp at time zone 'utc');
        made := made + 1;
      end if;
    end loop;
  end loop;
  return made;
end $$;

CREATE FUNCTION public.enter_tenant(p_tenant uuid) RETURNS void
    LANGUAGE plpgsql
    AS $$ begin perform set_config('app.tenant_id', p_tenant::text, true); end $$;

CREATE FUNCTION public.entry_refusal(p_link uuid, p_verified boolean, p_address text) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
begin
  return (select case
    when not p.links_enabled then 'link_unavailable'
    when not p_verified and (l.require_email or coalesce(p.mode, 'open') <> 'open') then 'verification_required'
    when p.mode = 'approval' and not address_admitted(l.agent_id, p_address) then 'access_pending' end
  from temporary_chat_links l left join agent_access_policies p on p.agent_id = l.agent_id where l.id = p_link);
end $$;

CREATE FUNCTION public.escalate_failing(item jsonb, r json) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare c text_conversations; j record; v_failed integer; v_after integer := (item ->> 'escalate_after')::int; v_event json;
begin
  select count(*) filter (where status = 'failed' and error_code <> 'turn_stopped') into v_failed from (select status, error_code from session_turns
    where conversation_id = (item ->> 'conversation_id')::uuid and seq <= (item ->> 'seq')::int and kind = 'message' order by seq desc limit v_after) t;
  if v_failed < v_after then return r; end if;
  select * into c from text_conversations where id = (item ->> 'conversation_id')::uuid;
  if c.status <> 'active' or exists (select from escalations where conversation_id = c.id and status <> 'resolved') then return r; end if;
  j := join_escalation(c, gen_random_uuid(), 'failed_turns', null, '{}');
  v_event := tell_event(c, 'escalation', json_build_object('state', 'open', 'reason', null, 'escalation_id', (j.o_row).id));
  return (r::jsonb || jsonb_build_object('head', (v_event ->> 'offset')::int, 'events', (r -> 'events')::jsonb || jsonb_build_array(v_event::jsonb)))::json;
end $$;

CREATE FUNCTION public.escalate_session(p_access jsonb, p jsonb) RETURNS json
    LANGUAGE plpgsql
    AS $$
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

CREATE TABLE public.escalations (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    status text DEFAULT 'open'::text NOT NULL,
    source text NOT NULL,
    reason text,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    requests integer DEFAULT 1 NOT NULL,
    assigned_to text,
    assigned_name text,
    summary text,
    outcome text,
    created_at timestamp with time zone DEFAULT date_trunc('milliseconds'::text, clock_timestamp()) NOT NULL,
    assigned_at timestamp with time zone,
    resolved_at timestamp with time zone,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT assigned_to_somebody CHECK (((status <> 'assigned'::text) OR (assigned_to IS NOT NULL))),
    CONSTRAINT escalations_status_check CHECK ((status = ANY (ARRAY['open'::text, 'assigned'::text, 'resolved'::text]))),
    CONSTRAINT resolved_at_some_time CHECK (((status = 'resolved'::text) = (resolved_at IS NOT NULL)))
);

ALTER TABLE ONLY public.escalations FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.escalation_fact(e public.escalations, p_name text) RETURNS void
    LANGUAGE sql
    AS $$
  insert into outbox (tenant_id, subject, key, payload)
  select e.tenant_id, 'sessions.v1.event.' || p_name, c.session_id, jsonb_build_object('tenantId', e.tenant_id, 'sessionId', c.session_id, 'conversationId', c.id,
      'escalationId', e.id, 'status', e.status, 'source', e.source, 'assignedTo', e.assigned_to, 'outcome', e.outcome)
    from text_conversations c where c.id = e.conversation_id
$$;

CREATE FUNCTION public.escalation_json(e public.escalations) RETURNS json
    LANGUAGE sql STABLE
    AS $$
  select json_build_object('id', e.id, 'conversation_id', e.conversation_id, 'session_id', c.session_id, 'agent_id', c.agent_id, 'link_id', c.link_id,
    'status', e.status, 'source', e.source, 'reason', e.reason, 'metadata', e.metadata, 'requests', e.requests, 'assigned_to', e.assigned_to,
    'assigned_name', e.assigned_name, 'summary', e.summary, 'outcome', e.outcome, 'created_at', iso(e.created_at), 'assigned_at', iso(e.assigned_at),
    'resolved_at', iso(e.resolved_at), 'session_status', c.status, 'handled_by', c.handled_by, 'participant', c.participant)
    from text_conversations c where c.id = e.conversation_id
$$;

CREATE FUNCTION public.expire_links(p_limit integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
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

ALTER FUNCTION public.expire_links(p_limit integer) OWNER TO parley_jobs;

CREATE FUNCTION public.extend_lease(p_tenant uuid, p_session text, p_fence bigint, p_lease_ms integer) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
begin
  perform enter_tenant(p_tenant);
  update text_conversations set lease_until = clock_timestamp() + make_interval(secs => p_lease_ms / 1000.0)
   where session_id = p_session and fence = p_fence and lease_until is not null;
  return found;
end $$;

CREATE FUNCTION public.extend_session(p_access jsonb, p jsonb) RETURNS json
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.fail(p_code text) RETURNS void
    LANGUAGE plpgsql
    AS $$ begin raise exception using errcode = 'PA001', message = p_code; end $$;

CREATE FUNCTION public.fail_analysis(p_tenant uuid, p_conversation uuid, p_attempt integer, p_code text, p_retry_ms integer) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  perform enter_tenant(p_tenant);
  update session_analyses set error_code = p_code, status = case when p_retry_ms is null then 'failed' else 'pending' end,
         ended_at = case when p_retry_ms is null then clock_timestamp() end,
         next_attempt_at = clock_timestamp() + make_interval(secs => coalesce(p_retry_ms, 0) / 1000.0)
   where conversation_id = p_conversation and status = 'pending' and attempts = p_attempt;
end $$;

CREATE FUNCTION public.fail_turn(item jsonb) RETURNS json
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.feedback_access(p_access jsonb) RETURNS uuid
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.file_heads(p_tenant uuid, p_conversation uuid, p_ids uuid[], p_bytes integer) RETURNS TABLE(id uuid, head bytea)
    LANGUAGE plpgsql
    AS $$
begin
  perform enter_tenant(p_tenant);
  return query select f.id, substring(k.data from 1 for p_bytes) from session_files f join session_file_chunks k on k.file_id = f.id and k.n = 0
    where f.conversation_id = p_conversation and f.id = any(p_ids) and f.complete;
end $$;

CREATE TABLE public.session_files (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    bytes integer NOT NULL,
    sha256 bytea NOT NULL,
    turn_seq integer,
    complete boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    keep boolean DEFAULT false NOT NULL
);

ALTER TABLE ONLY public.session_files FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.file_json(f public.session_files) RETURNS json
    LANGUAGE sql STABLE
    AS $$ select json_build_object('id', f.id, 'name', f.name, 'media_type', f.media_type, 'bytes', f.bytes) $$;

CREATE FUNCTION public.finish_analysis(p_tenant uuid, p_conversation uuid, p_attempt integer, p jsonb) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
declare v_session text;
begin
  perform enter_tenant(p_tenant);
  update session_analyses set status = 'done', answers = p -> 'answers', model = p ->> 'model', error_code = null, ended_at = clock_timestamp(),
         unanswered = array(select jsonb_array_elements_text(p -> 'unanswered')),
         input_tokens = coalesce(input_tokens, 0) + (p ->> 'input_tokens')::int, output_tokens = coalesce(output_tokens, 0) + (p ->> 'output_tokens')::int,
         cost = cost + (p ->> 'cost')::numeric
   where conversation_id = p_conversation and status = 'pending' and attempts = p_attempt;
  if not found then return false; end if;
  perform charge_analysis(p_conversation, p_attempt, p);
  select session_id into v_session from text_conversations where id = p_conversation;
  insert into outbox (tenant_id, subject, key, payload)
  values (p_tenant, 'sessions.v1.event.analyzed', v_session,
          jsonb_build_object('tenantId', p_tenant, 'sessionId', v_session, 'conversationId', p_conversation));
  return true;
end $$;

CREATE FUNCTION public.finish_file(p_access jsonb, p_file uuid, p_bytes integer, p_sha256 bytea) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare v_id uuid := resolve_access(p_access); f session_files; v_data bytea;
begin
  select * into f from session_files where id = p_file and conversation_id = v_id for no key update;
  if not found then perform fail('file_not_found'); end if;
  if f.complete then
    if f.sha256 <> p_sha256 then perform fail('conflict'); end if;
    return file_json(f);
  end if;
  if f.created_at < clock_timestamp() - upload_time() then perform fail('file_not_found'); end if;
  select coalesce(string_agg(data, '' order by n), '') into v_data from session_file_chunks where file_id = p_file;
  if length(v_data) <> p_bytes or sha256(v_data) <> p_sha256 then perform fail('conflict'); end if;
  update session_files set complete = true, bytes = p_bytes, sha256 = p_sha256 where id = p_file returning * into f;
  return file_json(f);
end $$;

CREATE FUNCTION public.fire_timers(p_limit integer) RETURNS TABLE(looked integer, fired json)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
declare c text_conversations; v_now timestamptz := clock_timestamp(); v_fired jsonb := '[]';
begin
  looked := 0;
  for c in select * from text_conversations where timer_due_at <= v_now and ended_at is null order by timer_due_at limit p_limit for no key update skip locked
  loop
    looked := looked + 1;
    if c.status <> 'active' or c.handled_by = 'human' or c.expires_at <= v_now or c.updated_at + make_interval(secs => c.idle_timeout_seconds) <= v_now then
      update text_conversations set timer_due_at = null where id = c.id;
    elsif c.next_seq > c.done_seq then
      -- The turn in hand looks at the timeout itself; its commit says when the next one is over.
      update text_conversations set timer_due_at = v_now + interval '2 seconds' where id = c.id;
    else
      update text_conversations set timer_due_at = null, next_seq = next_seq + 1 where id = c.id returning * into c;
      insert into session_turns (conversation_id, seq, tenant_id, kind) values (c.id, c.next_seq, c.tenant_id, 'timer');
      v_fired := v_fired || jsonb_build_object('tenant_id', c.tenant_id, 'session_id', c.session_id, 'conversation_id', c.id, 'seq', c.next_seq);
    end if;
  end loop;
  fired := v_fired;
  return next;
end $$;

ALTER FUNCTION public.fire_timers(p_limit integer) OWNER TO parley_jobs;

CREATE FUNCTION public.first_node(p_agent uuid, p_version integer, OUT id text, OUT name text) RETURNS record
    LANGUAGE sql STABLE
    AS $$
  select v.document #>> '{workflow,initial_node}',
         (select n ->> 'name' from json_array_elements(v.document #> '{workflow,nodes}') n
           where n ->> 'id' = v.document #>> '{workflow,initial_node}' limit 1)
    from agent_versions v where v.agent_id = p_agent and v.version = p_version
$$;

CREATE FUNCTION public.free_files_of_failed_turn() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  update session_files set turn_seq = null, keep = true where conversation_id = new.conversation_id and turn_seq = new.seq;
  return null;
end $$;

CREATE FUNCTION public.get_session(p_access jsonb) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare v_id uuid := resolve_access(p_access);
begin
  return (select (session_json(c)::jsonb || jsonb_build_object('another_session', (
      select l.sessions_used < l.max_sessions from temporary_chat_links l where l.id = c.link_id), 'feedback', (
      select jsonb_build_object('rating', f.rating, 'text', f.text, 'created_at', iso(f.created_at), 'updated_at', iso(f.updated_at))
        from session_feedback f where f.conversation_id = v_id)))::json
    from text_conversations c where id = v_id);
end $$;

CREATE FUNCTION public.get_turn(p_access jsonb, p_seq integer) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare v_id uuid := resolve_content(p_access); t session_turns;
begin
  select * into t from session_turns where conversation_id = v_id and seq = p_seq;
  if not found then return null; end if;
  if t.status <> 'pending' then return turn_state(t); end if;
  return (turn_state(t)::jsonb || jsonb_build_object('running', exists (
    select from text_conversations c where c.id = v_id and c.done_seq = p_seq - 1 and c.lease_until > clock_timestamp())))::json;
end $$;

CREATE FUNCTION public.give_feedback(p_access jsonb, p_rating integer, p_text text) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare v_id uuid := feedback_access(p_access); c text_conversations;
begin
  select * into c from text_conversations where id = v_id;
  insert into session_feedback (conversation_id, tenant_id, rating, text) values (v_id, c.tenant_id, p_rating, p_text)
  on conflict (conversation_id) do update set rating = excluded.rating, text = excluded.text, updated_at = clock_timestamp()
   where (session_feedback.rating, session_feedback.text) is distinct from (excluded.rating, excluded.text);
  if found then
    insert into outbox (tenant_id, subject, key, payload) values (c.tenant_id, 'sessions.v1.event.feedback_given', c.session_id,
      jsonb_build_object('tenantId', c.tenant_id, 'sessionId', c.session_id, 'conversationId', c.id, 'rating', p_rating));
  end if;
  return json_build_object('changed', found);
end $$;

CREATE FUNCTION public.guard_activation() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if exists (select from agent_versions v
              where v.agent_id = new.id and v.version = new.active_version
                and case when requires_tests(v.document)
                      then not exists (select from agent_test_results r
                                        where r.tenant_id = new.tenant_id and r.content_hash = v.content_hash and r.passed)
                      else exists (select from agent_versions live
                                    where live.agent_id = new.id and live.version = old.active_version and requires_tests(live.document)) end
                and not exists (select from agent_gate_overrides o
                                 where o.agent_id = new.id and o.version = v.version and o.created_at = now())) then
    perform fail('tests_not_green');
  end if;
  return new;
end $$;

CREATE FUNCTION public.hold_escalation(p_tenant uuid, p_id uuid, OUT o_row public.escalations, OUT o_conversation public.text_conversations) RETURNS record
    LANGUAGE plpgsql
    AS $$
declare v_conversation uuid;
begin
  perform enter_tenant(p_tenant);
  select conversation_id into v_conversation from escalations where id = p_id;
  if not found then perform fail('escalation_not_found'); end if;
  select * into o_conversation from text_conversations where id = v_conversation for no key update;
  select * into o_row from escalations where id = p_id for no key update;
end $$;

CREATE TABLE public.budget_reservations (
    conversation_id uuid NOT NULL,
    seq integer NOT NULL,
    fence bigint NOT NULL,
    tenant_id uuid NOT NULL,
    link_id uuid NOT NULL,
    tokens bigint NOT NULL,
    cost numeric(20,12) NOT NULL
);

ALTER TABLE ONLY public.budget_reservations FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.holds_budget(r public.budget_reservations, c public.text_conversations) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
  select case when r.seq = 0
    then exists (select from session_analyses a where a.conversation_id = r.conversation_id and a.status = 'pending' and a.attempts = r.fence)
    else (c.fence = r.fence and c.done_seq < r.seq) or (c.status <> 'active' and c.fence = r.fence + 1 and c.ended_at > clock_timestamp() - interval '1 minute')
  end
$$;

CREATE FUNCTION public.holds_escalation(p_tenant uuid, p_id uuid, p_operator text) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare e escalations; c text_conversations;
begin
  perform enter_tenant(p_tenant);
  select * into e from escalations where id = p_id;
  if not found then perform fail('escalation_not_found'); end if;
  select * into c from text_conversations where id = e.conversation_id;
  if e.status = 'resolved' then perform fail('escalation_resolved'); end if;
  if c.status <> 'active' then perform fail('session_ended'); end if;
  if e.status <> 'assigned' then perform fail('escalation_not_assigned'); end if;
  if e.assigned_to <> p_operator then perform fail('escalation_assigned'); end if;
  return json_build_object('session_id', c.session_id);
end $$;

CREATE FUNCTION public.iso(p_time timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ select to_char(p_time at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

CREATE FUNCTION public.join_escalation(c public.text_conversations, p_id uuid, p_source text, p_reason text, p_metadata jsonb, OUT o_row public.escalations, OUT o_joined boolean) RETURNS record
    LANGUAGE plpgsql
    AS $$
begin
  update escalations set requests = requests + 1, metadata = metadata || p_metadata, reason = coalesce(reason, p_reason), updated_at = clock_timestamp()
   where conversation_id = c.id and status <> 'resolved' returning * into o_row;
  o_joined := found;
  if not o_joined then
    insert into escalations (id, tenant_id, conversation_id, source, reason, metadata) values (p_id, c.tenant_id, c.id, p_source, p_reason, p_metadata) returning * into o_row;
    perform escalation_fact(o_row, 'escalated');
  end if;
end $$;

CREATE FUNCTION public.keep_answer(p_tenant uuid, p_scope text, p json, p_answer json) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  update idempotency_keys set response = p_answer
   where tenant_id = p_tenant and scope = p_scope and response is null
     and key in ('sig:' || (p ->> 'signature'), 'key:' || (p ->> 'idem_key'));
end $$;

CREATE FUNCTION public.keep_dev_mail(p_tenant uuid, p_recipient text, p_subject text, p_body text) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  perform enter_tenant(p_tenant);
  insert into dev_mail (tenant_id, recipient, subject, body) values (p_tenant, p_recipient, p_subject, p_body);
  delete from dev_mail where id <= (select id from dev_mail order by id desc offset 200 limit 1);
end $$;

CREATE FUNCTION public.keep_lease(p_tenant uuid, p_session text, p_fence bigint, p_lease_ms integer) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare v_id uuid; v_done integer;
begin
  perform enter_tenant(p_tenant);
  update text_conversations set lease_until = clock_timestamp() + make_interval(secs => p_lease_ms / 1000.0)
   where session_id = p_session and fence = p_fence and lease_until is not null returning id, done_seq into v_id, v_done;
  if not found then return null; end if;
  return (select json_build_object('stop', coalesce(json_agg(seq), '[]')) from session_turns
           where conversation_id = v_id and seq > v_done and status = 'pending' and stop_requested_at is not null);
end $$;

CREATE FUNCTION public.keep_version_webhook() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare w jsonb := new.document #> '{workflow,webhook}'; v_events text[];
begin
  if w ->> 'enabled' is distinct from 'true' or coalesce(w ->> 'url', '') = '' then return null; end if;
  select array_agg('session.' || e) into v_events from jsonb_array_elements_text(coalesce(w -> 'events', '["started", "ended", "analyzed"]')) e;
  insert into webhook_endpoints (id, tenant_id, agent_id, agent_version, url, events, include_transcript, include_latency_metrics, settings, created_by)
  values (gen_random_uuid(), new.tenant_id, new.agent_id, new.version, w ->> 'url', coalesce(v_events, '{}'), coalesce((w ->> 'include_transcript')::boolean, false),
          coalesce((w ->> 'include_latency_metrics')::boolean, false), w - array['enabled', 'url', 'events', 'include_transcript', 'include_latency_metrics'], 'agent')
  on conflict do nothing;
  return null;
end $$;

CREATE FUNCTION public.knowledge_tsv(p_language text, p_text text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ select to_tsvector(('pg_catalog.' || p_language)::regconfig, p_text) $$;

CREATE FUNCTION public.link_by_token_id(p_token_id text) RETURNS TABLE(id uuid, tenant_id uuid, token_hash bytea, is_active boolean, expires_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$ select id, tenant_id, token_hash, is_active, expires_at from temporary_chat_links where token_id = p_token_id and deleted_at is null $$;

ALTER FUNCTION public.link_by_token_id(p_token_id text) OWNER TO parley_jobs;

CREATE FUNCTION public.list_tenants(p_created timestamp with time zone, p_id uuid, p_limit integer) RETURNS TABLE(id uuid, name text, created_at timestamp with time zone, require_nonce boolean)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  select t.id, t.name, t.created_at, t.require_nonce from tenants t
   where p_created is null or (t.created_at, t.id) < (p_created, p_id)
   order by t.created_at desc, t.id desc limit p_limit
$$;

ALTER FUNCTION public.list_tenants(p_created timestamp with time zone, p_id uuid, p_limit integer) OWNER TO parley_jobs;

CREATE FUNCTION public.mail_wait(p_at timestamp with time zone, p_period interval) RETURNS integer
    LANGUAGE sql
    AS $$
  select greatest(0, ceil(coalesce(extract(epoch from p_at + p_period - clock_timestamp()), 0)))::integer
$$;

CREATE FUNCTION public.mark_asking_version() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  new.asks_after_end := asks_after_end(new.document);
  return new;
end $$;

CREATE FUNCTION public.memory_due(p_every integer, p_limit integer) RETURNS TABLE(tenant_id uuid, session_id text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
  select c.tenant_id, c.session_id from text_conversations c left join memory_cursors m on m.conversation_id = c.id
   where c.participant_verified and c.participant ? 'email' and c.total_turns - coalesce(m.summarised_through, 0) >= p_every
     and (m.claimed_until is null or m.claimed_until < clock_timestamp())
     and c.updated_at > clock_timestamp() - interval '7 days' limit p_limit
$$;

ALTER FUNCTION public.memory_due(p_every integer, p_limit integer) OWNER TO parley_jobs;

CREATE FUNCTION public.memory_version(p_tenant uuid, p_agent uuid, p_subject text) RETURNS text
    LANGUAGE plpgsql STRICT
    AS $$
begin
  perform enter_tenant(p_tenant);
  return (select encode(sha256(convert_to(coalesce(max(summary), '') || chr(1) || coalesce(max(notes), ''), 'UTF8')), 'hex')
            from memories where tenant_id = p_tenant and agent_id = p_agent and subject_hash = p_subject);
end $$;

CREATE FUNCTION public.nearest_chunks(p_documents uuid[], p_model text, p_query real[], p_words text, p_limit integer, p_bound integer) RETURNS TABLE(document_id uuid, n integer, score double precision)
    LANGUAGE plpgsql STABLE
    AS $_$
begin
  if to_regtype('vector') is not null then
    return query execute
      'select c.document_id, c.n, -(c.embedding::vector <#> $1::vector) as score from knowledge_chunks c join knowledge_documents d on d.id = c.document_id
        where c.document_id = any($2) and d.embedding_model = $3 and cardinality(c.embedding) = cardinality($1)
        order by c.embedding::vector <#> $1::vector, c.document_id, c.n limit $4' using p_query, p_documents, p_model, p_limit;
    return;
  end if;
  return query
    with candidates as materialized (
      select c.document_id, c.n, c.embedding from knowledge_chunks c join knowledge_documents d on d.id = c.document_id
       where c.document_id = any(p_documents) and d.embedding_model = p_model and cardinality(c.embedding) = cardinality(p_query)
       order by (c.tsv @@ any_word(c.language, p_words)) desc, c.document_id, c.n limit p_bound)
    select c.document_id, c.n, dot_product(c.embedding, p_query) as score from candidates c order by score desc, c.document_id, c.n limit p_limit;
end $_$;

CREATE FUNCTION public.note_purge_time() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if new.link_id is not null then
    select own_purge_time(l.deleted_at, l.retention_days, new.ended_at) into new.purge_at from temporary_chat_links l where l.id = new.link_id;
  end if;
  return new;
end $$;

CREATE FUNCTION public.note_retention_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  new.retention_changed_at := clock_timestamp();
  new.retention_check_at := new.retention_changed_at;
  return new;
end $$;

CREATE FUNCTION public.note_security_events(p_tenant uuid, p_events jsonb) RETURNS integer
    LANGUAGE plpgsql
    AS $$
declare v_kept integer;
begin
  perform enter_tenant(p_tenant);
  if not exists (select from tenants where id = p_tenant) then return 0; end if;
  insert into security_events (id, tenant_id, link_id, kind, scope, country, address_hash, session_id, count, created_at)
  select e.id, p_tenant, e.link_id, e.kind, e.scope, e.country, e.address_hash, e.session_id, e.count, least(e.at, clock_timestamp())
    from jsonb_to_recordset(p_events) as e (id uuid, link_id uuid, kind text, scope text, country text, address_hash text,
                                            session_id text, count integer, at timestamptz)
   where e.link_id is null or exists (select from temporary_chat_links l where l.id = e.link_id)
  on conflict (id) do nothing;
  get diagnostics v_kept = row_count;
  return v_kept;
end $$;

CREATE FUNCTION public.note_waiting(item jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare c text_conversations; v_escalated boolean := jsonb_typeof(item -> 'escalation') = 'object';
begin
  select * into c from text_conversations where id = (item ->> 'conversation_id')::uuid;
  if c.status <> 'active' and not v_escalated then return; end if;
  if v_escalated then
    perform join_escalation(c, gen_random_uuid(), 'workflow', item -> 'escalation' ->> 'reason', '{}');
  end if;
  if c.status = 'active' then
    update text_conversations set handled_by = case when v_escalated then 'human' else handled_by end,
           timer_due_at = case when item ? 'timer_seconds' then node_entered_at + make_interval(secs => (item ->> 'timer_seconds')::double precision) else timer_due_at end
     where id = c.id;
  else
    update escalations set status = 'resolved', outcome = 'session_ended', resolved_at = clock_timestamp() where conversation_id = c.id and status <> 'resolved';
  end if;
end $$;

CREATE FUNCTION public.open_agreed_session(p json) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare
  v_opened json := open_session(p);
  v_row uuid := (p -> 'link' ->> 'token_row_id')::uuid;
  v_key text := 'key:' || (p ->> 'idem_key');
  v_sealed text;
begin
  if v_key is not null and v_row is not null then
    if (v_opened ->> 'replayed')::boolean then
      select response ->> 'token_sealed' into v_sealed from idempotency_keys
       where tenant_id = (p ->> 'tenant_id')::uuid and scope = 'session' and key = v_key;
      if v_sealed is not null then
        delete from temporary_chat_sessions where id = v_row;
        return (v_opened::jsonb || jsonb_build_object('session_token_sealed', v_sealed))::json;
      end if;
    else
      update idempotency_keys set response = json_build_object('id', response ->> 'id', 'token_sealed', p -> 'link' ->> 'token_sealed')
       where tenant_id = (p ->> 'tenant_id')::uuid and scope = 'session' and key = v_key;
    end if;
  end if;
  if p ->> 'consent_hash' is not null then
    update temporary_chat_sessions set consent_at = coalesce(consent_at, clock_timestamp()), consent_hash = p ->> 'consent_hash' where id = v_row;
  end if;
  return v_opened;
end $$;

CREATE FUNCTION public.open_session(p json) RETURNS json
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.open_sessions(items jsonb) RETURNS SETOF json
    LANGUAGE plpgsql
    AS $$
declare item jsonb; v_opened json; v_lock bigint;
begin
  -- Repeats of one request may be in several batches. Whoever holds the names of all its requests before its first row never waits for one of
  -- them while it holds a link, so that two batches cannot wait for each other in a ring; links are locked in one order as well.
  for v_lock in select distinct hashtextextended((value ->> 'tenant_id') || ':open:' || name, 0) as h
      from jsonb_array_elements(items), unnest(array['sig:' || (value ->> 'signature'), 'key:' || (value ->> 'idem_key')]) name
     where name is not null order by h
  loop
    perform pg_advisory_xact_lock(v_lock);
  end loop;
  for item in select value from jsonb_array_elements(items) order by value -> 'link' ->> 'id', (value ->> 'i')::int
  loop
    begin
      v_opened := open_agreed_session(item::json);
      return next json_build_object('i', item -> 'i', 'opened', v_opened);
    exception when sqlstate 'PA001' then
      return next json_build_object('i', item -> 'i', 'error', sqlerrm);
    end;
  end loop;
end $$;

CREATE FUNCTION public.open_verified_conversation(p json) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare
  v_tenant uuid := (p ->> 'tenant_id')::uuid; v_link uuid := (p -> 'link' ->> 'id')::uuid; v_hash text := p ->> 'participant_hash';
  c text_conversations; t session_turns; v_opened json; v_expires timestamptz;
begin
  perform enter_tenant(v_tenant);
  -- Two devices that confirm at the same moment open one conversation.
  perform pg_advisory_xact_lock(hashtextextended(v_link || ':' || v_hash, 0));
  v_expires := clock_timestamp() + make_interval(hours => (p ->> 'token_hours')::int);
  select * into c from text_conversations where link_id = v_link and participant_hash = v_hash and ended_at is null for no key update;
  if found and (c.expires_at <= clock_timestamp() or c.updated_at + make_interval(secs => c.idle_timeout_seconds) <= clock_timestamp()) then
    -- It is over, the sweep has merely not come by.
    perform close_conversation(c.id, 'abandoned', case when c.expires_at <= clock_timestamp() then 'expired' else 'idle_timeout' end);
    c := null;
  end if;
  if c.id is null then
    v_opened := open_session(p);
    update text_conversations set participant_hash = v_hash where id = (v_opened -> 'session' ->> 'conversation_id')::uuid;
    update temporary_chat_sessions set expires_at = v_expires where id = (p -> 'link' ->> 'token_row_id')::uuid;
    return (v_opened::jsonb || jsonb_build_object('token_expires_at', iso(v_expires)))::json;
  end if;
  if not exists (select from temporary_chat_links where id = v_link and is_active and deleted_at is null) then perform fail('link_unavailable'); end if;
  insert into temporary_chat_sessions (id, tenant_id, link_id, conversation_id, token_id, token_hash, expires_at)
  values ((p -> 'link' ->> 'token_row_id')::uuid, v_tenant, v_link, c.id, p -> 'link' ->> 'token_id', decode(p -> 'link' ->> 'token_hash', 'hex'), v_expires);
  select * into t from session_turns where conversation_id = c.id and seq = 1;
  return json_build_object('session', session_json(c), 'turn', turn_state(t), 'replayed', true, 'is_active_version', c.is_active_version,
    'token_expires_at', iso(v_expires));
end $$;

CREATE FUNCTION public.open_verified_session(p json) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare v_opened json; v_code text;
begin
  perform enter_tenant((p ->> 'tenant_id')::uuid);
  v_code := entry_refusal((p -> 'link' ->> 'id')::uuid, true, p ->> 'participant_hash');
  if v_code is not null then perform fail(v_code); end if;
  v_opened := open_verified_conversation(p);
  if p ->> 'consent_hash' is not null then
    update temporary_chat_sessions set consent_at = clock_timestamp(), consent_hash = p ->> 'consent_hash' where id = (p -> 'link' ->> 'token_row_id')::uuid;
  end if;
  return v_opened;
end $$;

CREATE FUNCTION public.outbox_due(p_older_ms integer, p_limit integer) RETURNS TABLE(id uuid, subject text, key text, payload jsonb)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
  select id, subject, key, payload from outbox
   where sent_at is null and created_at <= clock_timestamp() - make_interval(secs => p_older_ms / 1000.0)
   order by created_at limit p_limit for update skip locked
$$;

ALTER FUNCTION public.outbox_due(p_older_ms integer, p_limit integer) OWNER TO parley_jobs;

CREATE FUNCTION public.outbox_sent(p_ids uuid[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$ update outbox set sent_at = clock_timestamp() where id = any(p_ids) $$;

ALTER FUNCTION public.outbox_sent(p_ids uuid[]) OWNER TO parley_jobs;

CREATE FUNCTION public.own_purge_time(p_deleted timestamp with time zone, p_days integer, p_ended timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE
    AS $$ select case when p_deleted is not null then p_ended else p_ended + make_interval(hours => 24 * p_days) end $$;

CREATE FUNCTION public.pending_turns(p_conversation uuid, p_done integer) RETURNS json
    LANGUAGE plpgsql STABLE
    AS $$
begin
  return (select coalesce(json_agg(json_build_object('seq', seq, 'kind', kind, 'content', content, 'client_message_id', client_message_id,
           'reply_to', reply_to, 'files', files, 'stop', stop_requested_at is not null, 'created_at', iso(created_at)) order by seq), '[]')
    from session_turns where conversation_id = p_conversation and seq > p_done and status = 'pending');
end $$;

CREATE FUNCTION public.pin_was_right(p_tenant uuid, p_link uuid, p_bucket text) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  perform enter_tenant(p_tenant);
  -- In the order of take_pin_try(), so that the two never wait for each other in a ring.
  update link_pin_tries set wrong = greatest(0, wrong - 1) where link_id = p_link and bucket = '';
  delete from link_pin_tries where link_id = p_link and bucket = p_bucket;
end $$;

CREATE FUNCTION public.protect_by_tenant(p_table regclass, p_column text DEFAULT 'tenant_id'::text) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  execute format('alter table %s enable row level security', p_table);
  execute format('alter table %s force row level security', p_table);
  execute format('create policy tenant on %s to parley_app using (%I = (select app_tenant())) with check (%I = (select app_tenant()))',
                 p_table, p_column, p_column);
  execute format('create policy jobs on %s to parley_jobs using (true) with check (true)', p_table);
  execute format('grant select, insert, update, delete on %s to parley_app, parley_jobs', p_table);
end $$;

CREATE FUNCTION public.purge_idempotency_keys(p_older interval, p_limit integer) RETURNS integer
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
  with gone as (delete from idempotency_keys where (tenant_id, scope, key) in
      (select tenant_id, scope, key from idempotency_keys where created_at < clock_timestamp() - p_older limit p_limit) returning 1)
  select count(*)::integer from gone
$$;

ALTER FUNCTION public.purge_idempotency_keys(p_older interval, p_limit integer) OWNER TO parley_jobs;

CREATE FUNCTION public.purge_knowledge_uploads() RETURNS integer
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
  with gone as (delete from knowledge_uploads where created_at < clock_timestamp() - interval '1 hour' returning 1)
  select count(*)::integer from gone
$$;

ALTER FUNCTION public.purge_knowledge_uploads() OWNER TO parley_jobs;

CREATE FUNCTION public.purge_outbox(p_older interval, p_limit integer) RETURNS integer
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
  with gone as (delete from outbox where id in (select id from outbox where sent_at < clock_timestamp() - p_older limit p_limit) returning 1)
  select count(*)::integer from gone
$$;

ALTER FUNCTION public.purge_outbox(p_older interval, p_limit integer) OWNER TO parley_jobs;

CREATE FUNCTION public.purge_security_events(p_days integer, p_limit integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
declare v_gone integer;
begin
  delete from security_events where id in (
    select id from security_events where created_at < clock_timestamp() - make_interval(days => p_days)
     order by created_at limit p_limit for update skip locked);
  get diagnostics v_gone = row_count;
  return v_gone;
end $$;

ALTER FUNCTION public.purge_security_events(p_days integer, p_limit integer) OWNER TO parley_jobs;

CREATE FUNCTION public.purge_sessions(p_default_days integer, p_limit integer) RETURNS TABLE(looked integer, purged integer, recent text[])
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
declare v_now timestamptz := clock_timestamp(); v_held uuid[]; v_more uuid[]; v_ids uuid[];
begin
  select coalesce(array_agg(id), '{}') into v_held from (select id from text_conversations
    where purge_at <= v_now and purged_at is null and ended_at is not null order by purge_at limit p_limit for no key update skip locked) own;
  if p_default_days is not null and cardinality(v_held) < p_limit then
    select coalesce(array_agg(id), '{}') into v_more from (select id from text_conversations
      where purge_at is null and purged_at is null and ended_at <= v_now - make_interval(hours => 24 * p_default_days)
      order by ended_at limit p_limit - cardinality(v_held) for no key update skip locked) rest;
    v_held := v_held || v_more;
  end if;
  looked := cardinality(v_held);
  -- The link has the last word: it may have been given more days since the session's time was noted.
  with dated as (
    select c.id, c.ended_at, own_purge_time(l.deleted_at, l.retention_days, c.ended_at) as own
      from text_conversations c left join temporary_chat_links l on l.id = c.link_id where c.id = any(v_held)
  ), judged as (
    select id, own, coalesce(coalesce(own, ended_at + make_interval(hours => 24 * p_default_days)) <= v_now, false) as due from dated
  ), put_off as (
    update text_conversations c set purge_at = j.own from judged j where c.id = j.id and not j.due
  )
  select coalesce(array_agg(id), '{}') into v_ids from judged where due;
  purged := cardinality(v_ids);
  if purged > 0 then perform remove_content(v_ids); end if;
  select coalesce(array_agg(session_id), '{}') into recent from text_conversations where id = any(v_ids) and ended_at > v_now - interval '1 hour';
  return next;
end $$;

ALTER FUNCTION public.purge_sessions(p_default_days integer, p_limit integer) OWNER TO parley_jobs;

CREATE FUNCTION public.purge_unsent_files(p_older interval, p_limit integer) RETURNS integer
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
  with gone as (delete from session_files where id in (select id from session_files
      where turn_seq is null and not keep and created_at < clock_timestamp() - p_older order by created_at limit p_limit for update skip locked) returning 1)
  select count(*)::integer from gone
$$;

ALTER FUNCTION public.purge_unsent_files(p_older interval, p_limit integer) OWNER TO parley_jobs;

CREATE FUNCTION public.purge_webhook_deliveries(p_older interval, p_limit integer) RETURNS integer
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
  with gone as (delete from webhook_deliveries where id in
      (select id from webhook_deliveries where ended_at < clock_timestamp() - p_older order by ended_at limit p_limit for update skip locked) returning 1)
  select count(*)::integer from gone
$$;

ALTER FUNCTION public.purge_webhook_deliveries(p_older interval, p_limit integer) OWNER TO parley_jobs;

CREATE FUNCTION public.put_file_chunk(p_access jsonb, p_file uuid, p_n integer, p_data bytea) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare v_id uuid := resolve_access(p_access); v_tenant uuid;
begin
  -- Shared: a discard at the same time waits, and no chunk outlives its file.
  select tenant_id into v_tenant from session_files where id = p_file and conversation_id = v_id and not complete
     and created_at >= clock_timestamp() - upload_time() for key share;
  if not found then perform fail('file_not_found'); end if;
  insert into session_file_chunks (file_id, n, tenant_id, data) values (p_file, p_n, v_tenant, p_data) on conflict do nothing;
end $$;

CREATE FUNCTION public.rate_message(p_access jsonb, p_message text, p_rating text, p_text text) RETURNS json
    LANGUAGE plpgsql
    AS $_$
declare v_id uuid := feedback_access(p_access); c text_conversations; v_message uuid;
begin
  select * into c from text_conversations where id = v_id;
  if p_message ~ '^[0-9a-f-]{36}[.][0-9]{1,9}[.][0-9]{1,6}$' then
    select id into v_message from text_conversation_messages
     where conversation_id = v_id and created_at >= c.created_at and role = 'assistant' and turn_seq = split_part(p_message, '.', 2)::int
       and split_part(p_message, '.', 1) = v_id::text
     order by sequence offset split_part(p_message, '.', 3)::int limit 1;
  else
    select id into v_message from text_conversation_messages
     where conversation_id = v_id and created_at >= c.created_at and role = 'assistant' and id::text = p_message;
  end if;
  if v_message is null then perform fail('message_not_found'); end if;
  if p_rating is null then
    delete from message_ratings where conversation_id = v_id and message_id = v_message;
  else
    insert into message_ratings (conversation_id, message_id, tenant_id, rating, text) values (v_id, v_message, c.tenant_id, p_rating, p_text)
    on conflict (conversation_id, message_id) do update set rating = excluded.rating, text = excluded.text, updated_at = clock_timestamp();
  end if;
  return json_build_object('message_id', v_message);
end $_$;

CREATE FUNCTION public.read_events(p_access jsonb, p_after integer, p_limit integer) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare v_id uuid := resolve_content(p_access); c text_conversations;
begin
  select * into c from text_conversations where id = v_id;
  return json_build_object('sessionId', c.session_id, 'epoch', c.epoch, 'head', c.event_offset, 'status', c.status,
    'now', iso(clock_timestamp()), 'expiresAt', iso(c.expires_at), 'endReason', c.end_reason,
    'idleTimeoutSeconds', c.idle_timeout_seconds, 'idleExpiresAt', iso(c.updated_at + make_interval(secs => c.idle_timeout_seconds)), 'events',
    (select coalesce(json_agg(json_build_object('offset', event_offset, 'type', type, 'payload', payload, 'created_at', iso(created_at)) order by event_offset), '[]')
       from (select * from session_events where conversation_id = v_id and created_at >= c.created_at and event_offset > p_after
              order by event_offset limit p_limit) e));
end $$;

CREATE FUNCTION public.read_file_chunk(p_access jsonb, p_file uuid, p_n integer) RETURNS TABLE(file json, data bytea)
    LANGUAGE plpgsql
    AS $$
declare v_id uuid := resolve_access(p_access); f session_files;
begin
  select * into f from session_files s where s.id = p_file and s.conversation_id = v_id and s.complete
     and (s.turn_seq is not null or s.keep or p_access ? 'link_id');
  if not found then perform fail('file_not_found'); end if;
  return query select file_json(f), (select k.data from session_file_chunks k where k.file_id = p_file and k.n = p_n);
end $$;

CREATE FUNCTION public.read_history(p_access jsonb, p_limit integer, p_before integer) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare v_id uuid := resolve_content(p_access); v_since timestamptz; v_page json; v_first integer; v_pending json := '[]';
begin
  select created_at into v_since from text_conversations where id = v_id;
  select coalesce(json_agg(json_build_object('id', id, 'sequence', sequence, 'turn_id', v_id || '.' || turn_seq || case when author = 'human' then 'h' || sequence else '' end,
           'role', role, 'content', content,
           'node_id', node_id, 'node_name', node_name, 'client_message_id', client_message_id, 'status', status, 'files', files, 'rating', rating,
           'finish_reason', finish_reason, 'author', author, 'author_name', author_name, 'created_at', iso(created_at))
           order by sequence), '[]'), min(sequence)
    into v_page, v_first
    from (select m.*, r.rating, case when m.role = 'assistant' and m.author is null then (select t.result ->> 'finish_reason' from session_turns t
                   where t.conversation_id = v_id and t.seq = m.turn_seq and t.stop_requested_at is not null) end as finish_reason
            from text_conversation_messages m left join message_ratings r on r.conversation_id = v_id and r.message_id = m.id
           where m.conversation_id = v_id and m.created_at >= v_since and (p_before is null or m.sequence < p_before)
           order by m.sequence desc limit p_limit) m;
  if p_before is null then
    select coalesce(json_agg(json_build_object('id', v_id || '.' || seq, 'sequence', 0, 'turn_id', v_id || '.' || seq, 'role', 'user', 'content', content,
             'node_id', null, 'node_name', null, 'client_message_id', client_message_id, 'status', 'pending', 'files', files, 'created_at', iso(created_at)) order by seq), '[]')
      into v_pending from session_turns where conversation_id = v_id and status = 'pending' and kind = 'message';
  end if;
  return json_build_object('data', v_page, 'pending', v_pending, 'first', v_first);
end $$;

CREATE FUNCTION public.read_session_analysis(p_access jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    AS $$
begin
  return session_analysis(resolve_access(p_access));
end $$;

CREATE FUNCTION public.readable_webhooks(p_limit integer) RETURNS TABLE(id uuid, tenant_id uuid, data jsonb)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
  select d.id, d.tenant_id, d.data from webhook_deliveries d
   where d.data_sealed is null and (d.claimed_until is null or d.claimed_until < clock_timestamp()) order by d.created_at limit p_limit
$$;

ALTER FUNCTION public.readable_webhooks(p_limit integer) OWNER TO parley_jobs;

CREATE FUNCTION public.recall_memory(p_tenant uuid, p_agent uuid, p_subject text) RETURNS json
    LANGUAGE plpgsql
    AS $$
begin
  perform enter_tenant(p_tenant);
  return (select json_build_object('summary', summary, 'notes', notes) from memories where agent_id = p_agent and subject_hash = p_subject);
end $$;

CREATE FUNCTION public.recent_history(p_conversation uuid, p_since timestamp with time zone, p_limit integer) RETURNS json
    LANGUAGE plpgsql STABLE
    AS $$
begin
  return (select coalesce(json_agg(json_build_object('role', role, 'content', content, 'node_id', node_id, 'files', files) order by sequence), '[]')
    from (select sequence, role, content, node_id, files from text_conversation_messages
           where conversation_id = p_conversation and created_at >= p_since and status = 'done' order by sequence desc limit p_limit) m);
end $$;

CREATE FUNCTION public.refuse_disabled_links() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if exists (select from agent_access_policies where agent_id = new.agent_id and not links_enabled) then perform fail('feature_disabled'); end if;
  return new;
end $$;

CREATE FUNCTION public.refuse_entry() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare v_code text := entry_refusal(new.link_id, new.participant_verified, null);
begin
  if v_code <> 'access_pending' then perform fail(v_code); end if;
  return new;
end $$;

CREATE FUNCTION public.release_lease(p_tenant uuid, p_session text, p_fence bigint) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
begin
  perform enter_tenant(p_tenant);
  update text_conversations set lease_until = null where session_id = p_session and fence = p_fence;
  return found;
end $$;

CREATE FUNCTION public.release_verification(p_tenant uuid, p_code uuid, p_link uuid, p_address text) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  perform enter_tenant(p_tenant);
  update link_verifications set used_at = null, tries = greatest(0, tries - 1)
   where link_id = p_link and address_hash = p_address and code_id = p_code and used_at is not null;
end $$;

CREATE FUNCTION public.remove_content(p_ids uuid[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare v_since timestamptz; v_now timestamptz := clock_timestamp();
begin
  select min(created_at) into v_since from text_conversations where id = any(p_ids);
  -- Who stands behind it, while it is still known.
  delete from dev_mail m using text_conversations c
   where c.id = any(p_ids) and m.tenant_id = c.tenant_id and lower(m.recipient) = c.participant_email and m.created_at <= c.ended_at;
  delete from link_verifications v using text_conversations c
   where c.id = any(p_ids) and v.link_id = c.link_id and v.address_hash = c.participant_hash and v.expires_at < v_now;
  delete from idempotency_keys k using text_conversations c
   where c.id = any(p_ids) and k.tenant_id = c.tenant_id and k.scope in ('end:' || c.id, 'extend:' || c.id);
  delete from idempotency_keys k using escalations e where e.conversation_id = any(p_ids) and k.tenant_id = e.tenant_id and k.scope = 'human:' || e.id;
  -- Only those of the last day can be there: a repeated opening must not find a session without its first answer.
  delete from idempotency_keys k using text_conversations c
   where c.id = any(p_ids) and c.created_at > v_now - interval '25 hours' and k.tenant_id = c.tenant_id and k.scope = 'session' and k.response ->> 'id' = c.id::text;

  update text_conversations c set purged_at = v_now,
         kept_usage = coalesce((select s.totals::jsonb from spent_turns(c.id, c.next_seq) s order by s.seq desc limit 1), '{"input_tokens": 0, "output_tokens": 0, "cost": 0}'),
         visitor_mark = (select visitor_mark(l.visitor_salt, case when c.participant_verified then coalesce(c.participant_hash, c.participant_email) else c.participant_identifier end)
                           from temporary_chat_links l where l.id = c.link_id and l.deleted_at is null),
         state = null, collected_data = '{}', participant = '{}', participant_hash = null, metadata = '{}', link_policy = '{}',
         operator_name = null, handover_summary = null
   where c.id = any(p_ids);

  delete from text_conversation_messages where conversation_id = any(p_ids) and created_at >= v_since;
  delete from text_conversation_transitions where conversation_id = any(p_ids) and created_at >= v_since;
  delete from session_events where conversation_id = any(p_ids) and created_at >= v_since;
  delete from text_conversation_variables where conversation_id = any(p_ids);
  delete from dead_turns where conversation_id = any(p_ids);
  delete from session_files where conversation_id = any(p_ids);
  delete from message_ratings where conversation_id = any(p_ids);
  delete from action_webhooks where conversation_id = any(p_ids);
  delete from budget_reservations where conversation_id = any(p_ids);
  -- When turns were accepted and answered, and which failed, is what the numbers of a link are counted from.
  update session_turns set content = '', client_message_id = null, idem_key = null, idem_fingerprint = null, signature = null, reply_to = null,
         result = null, trace = null, files = null where conversation_id = any(p_ids);
  update session_feedback set text = null where conversation_id = any(p_ids);
  update escalations set reason = null, summary = null, metadata = '{}', assigned_name = null, assigned_to = case when status = 'resolved' then null else assigned_to end
   where conversation_id = any(p_ids);
  update session_analyses set answers = null, unanswered = '{}', status = case when status = 'pending' then 'skipped' else status end,
         ended_at = coalesce(ended_at, v_now) where conversation_id = any(p_ids);
  delete from webhook_deliveries where conversation_id = any(p_ids) and ended_at is not null;
  -- Who waits for the fact still hears of it, without the content. The new id makes an attempt that is under way settle nothing: it would
  -- write back what it holds.
  update webhook_deliveries d set id = gen_random_uuid(), attempts = 0, claimed_until = null, data_sealed = null, response_body = null,
         data = (select webhook_session(c) || jsonb_build_object('purged_at', iso(v_now)) from text_conversations c where c.id = d.conversation_id)
           || case when d.type like 'escalation.%' then coalesce((select jsonb_build_object('escalation', jsonb_build_object('escalation_id', o.payload -> 'escalationId',
                'status', o.payload -> 'status', 'source', o.payload -> 'source', 'outcome', o.payload -> 'outcome')) from outbox o where o.id = d.event_id), '{}') else '{}' end
   where d.conversation_id = any(p_ids);
end $$;

CREATE FUNCTION public.replay_dead_turn(p_tenant uuid, p_conversation uuid, p_seq integer, p jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    AS $$
declare c text_conversations; d dead_turns; t session_turns; r session_turns; a jsonb; v_now timestamptz; v_next integer; v_events jsonb := '[]';
begin
  perform enter_tenant(p_tenant);
  -- The conversation first, as everywhere, so that nobody waits for another in a ring.
  select * into c from text_conversations where id = p_conversation for no key update;
  if not found then perform fail('dead_letter_not_found'); end if;
  select * into d from dead_turns where conversation_id = c.id and seq = p_seq;
  if not found then perform fail('dead_letter_not_found'); end if;
  select * into r from session_turns where conversation_id = c.id and seq = d.replay_seq;
  if r.status = 'done' or (r.status = 'pending' and c.status = 'active') then
    return jsonb_build_object('dead', dead_turn_json(d), 'repeated', true, 'seq', r.seq, 'events', v_events);
  end if;
  select * into t from session_turns where conversation_id = c.id and seq = p_seq;
  if t.kind = 'open' then perform fail('session_ended'); end if;
  if t.kind = 'message' then
    select x::jsonb into a from accept_messages(jsonb_build_array(jsonb_build_object('i', 0, 'content', t.content,
      'access', jsonb_build_object('tenant_id', p_tenant, 'session_id', c.session_id),
      'files', (select coalesce(jsonb_agg(f -> 'id'), '[]') from json_array_elements(t.files) f)))) x;
    if a ->> 'error' is not null then perform fail(a ->> 'error'); end if;
    v_next := (a -> 'turn' ->> 'seq')::int;
    v_events := jsonb_build_array(a -> 'event');
  else
    v_now := clock_timestamp();
    if c.status <> 'active' then perform fail('session_ended'); end if;
    if c.expires_at <= v_now or c.updated_at + make_interval(secs => c.idle_timeout_seconds) <= v_now then perform fail('session_expired'); end if;
    if c.next_seq <> p_seq and c.next_seq is distinct from d.replay_seq then perform fail('turn_overtaken'); end if;
    update text_conversations set next_seq = next_seq + 1 where id = c.id returning next_seq into v_next;
    insert into session_turns (conversation_id, seq, tenant_id, kind, content) values (c.id, v_next, c.tenant_id, t.kind, t.content);
  end if;
  update dead_turns set replay_seq = v_next, replays = replays + 1, replayed_at = clock_timestamp(), replayed_by = p ->> 'by'
   where conversation_id = c.id and seq = p_seq returning * into d;
  return jsonb_build_object('dead', dead_turn_json(d), 'repeated', false, 'seq', v_next, 'events', v_events);
end $$;

CREATE FUNCTION public.reply_as_human(p_tenant uuid, p_id uuid, p jsonb) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare h record; e escalations; c text_conversations; v_answer json; v_message uuid := gen_random_uuid(); v_now timestamptz; v_name text;
begin
  h := hold_escalation(p_tenant, p_id); e := h.o_row; c := h.o_conversation;
  v_answer := earlier_answer(p_tenant, 'human:' || p_id, p);
  if v_answer is not null then
    perform keep_answer(p_tenant, 'human:' || p_id, p::json, v_answer);
    return (v_answer::jsonb || '{"replayed": true, "events": []}')::json;
  end if;
  if e.status = 'resolved' then perform fail('escalation_resolved'); end if;
  if c.status <> 'active' then perform fail('session_ended'); end if;
  if e.status <> 'assigned' then perform fail('escalation_not_assigned'); end if;
  if e.assigned_to <> p ->> 'operator' then perform fail('escalation_assigned'); end if;
  v_name := coalesce(p ->> 'name', e.assigned_name);
  v_now := clock_timestamp();
  update text_conversations set message_sequence = message_sequence + 1, updated_at = v_now, stale_through = next_seq where id = c.id returning * into c;
  insert into text_conversation_messages (id, conversation_id, tenant_id, sequence, turn_seq, role, content, author, author_name, created_at)
  values (v_message, c.id, c.tenant_id, c.message_sequence, c.next_seq, 'assistant', p ->> 'content', 'human', v_name, v_now);
  v_answer := json_build_object('message_id', v_message, 'session_id', c.session_id, 'created_at', iso(v_now), 'replayed', false, 'events', json_build_array(
    tell_event(c, 'message', json_build_object('id', v_message, 'turn_id', c.id || '.' || c.next_seq || 'h' || c.message_sequence, 'role', 'assistant', 'part', 0,
      'content', p ->> 'content', 'sequence', c.message_sequence, 'author', 'human', 'author_name', v_name))));
  perform keep_answer(p_tenant, 'human:' || p_id, p::json, v_answer);
  return v_answer;
end $$;

CREATE FUNCTION public.request_stop(p_access jsonb, p_turn text) RETURNS json
    LANGUAGE plpgsql
    AS $_$
declare v_id uuid := resolve_access(p_access); c text_conversations; v_seq integer; v_stopped boolean;
begin
  select * into c from text_conversations where id = v_id;
  if p_turn is null then v_seq := c.done_seq + 1;
  else
    -- The id carries the conversation: a turn of another session is none of this one.
    select seq into v_seq from session_turns where conversation_id = v_id and p_turn ~ '[.][0-9]{1,9}$' and seq = substring(p_turn from '[.]([0-9]{1,9})$')::int and v_id || '.' || seq = p_turn;
    if not found then perform fail('turn_not_found'); end if;
  end if;
  update session_turns set stop_requested_at = coalesce(stop_requested_at, clock_timestamp())
   where conversation_id = v_id and seq = v_seq and status = 'pending';
  v_stopped := found and c.status = 'active';
  return json_build_object('stopped', v_stopped, 'turn_id', case when p_turn is not null or v_stopped then v_id || '.' || v_seq end, 'session_id', c.session_id);
end $_$;

CREATE FUNCTION public.request_verification(p jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    AS $$
declare
  v_tenant uuid := (p ->> 'tenant_id')::uuid; v_link uuid := (p ->> 'link_id')::uuid;
  v_waits jsonb; v_expires timestamptz; v_now timestamptz; v_scope text;
begin
  perform enter_tenant(v_tenant);
  -- In this order everywhere: requests that wait for each other are counted one after the other.
  perform pg_advisory_xact_lock(hashtextextended('verification:' || v_tenant, 0));
  perform pg_advisory_xact_lock(hashtextextended('verification:' || (p ->> 'mail_hash'), 0));
  select expires_at into v_expires from link_verifications
   where link_id = v_link and address_hash = p ->> 'address_hash' and request_hash = p ->> 'request_hash' and repeat_hash = p ->> 'repeat_hash'
   order by created_at desc limit 1;
  if found then
    return jsonb_build_object('status', 'repeated', 'seconds', mail_wait(v_expires, interval '0'));
  end if;
  v_waits := jsonb_build_object(
    'email', address_wait(p ->> 'mail_hash', p ->> 'request_hash'),
    'link', mail_wait((select created_at from link_verifications where link_id = v_link and mailed
                        order by created_at desc offset (p ->> 'link_per_hour')::integer - 1 limit 1), interval '1 hour'),
    'tenant', mail_wait((select created_at from link_verifications where tenant_id = v_tenant and mailed
                          order by created_at desc offset (p ->> 'tenant_per_day')::integer - 1 limit 1), interval '1 day'));
  select key into v_scope from jsonb_each_text(v_waits) where value::integer > 0 order by value::integer desc limit 1;
  if found then
    return jsonb_build_object('status', 'wait', 'seconds', (v_waits ->> v_scope)::integer, 'scope', v_scope);
  end if;
  v_now := clock_timestamp();
  update link_verifications set expires_at = v_now
   where link_id = v_link and address_hash = p ->> 'address_hash' and request_hash = p ->> 'request_hash' and expires_at > v_now;
  insert into link_verifications (code_id, tenant_id, link_id, address_hash, mail_hash, request_hash, repeat_hash, mailed, salt, code_hash, created_at, expires_at)
  values ((p ->> 'code_id')::uuid, v_tenant, v_link, p ->> 'address_hash', p ->> 'mail_hash', p ->> 'request_hash', p ->> 'repeat_hash',
          (p ->> 'mailed')::boolean, decode(p ->> 'salt', 'hex'), decode(p ->> 'code_hash', 'hex'), v_now, v_now + interval '10 minutes');
  -- What counts no more is swept by those who come, a few rows each.
  delete from link_verifications where code_id in (select code_id from link_verifications
    where tenant_id = v_tenant and created_at < v_now - interval '1 day' limit 20 for update skip locked);
  return jsonb_build_object('status', 'stored', 'seconds', 600);
end $$;

CREATE FUNCTION public.requires_tests(p_document json) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$ select coalesce((p_document #>> '{agent,require_tests}')::boolean, false) $$;

CREATE FUNCTION public.reserve_budget(p jsonb) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare
  v_conversation uuid := (p ->> 'conversation_id')::uuid; v_seq integer := (p ->> 'seq')::int; v_fence bigint := (p ->> 'fence')::bigint;
  v_link uuid; b link_budgets; v_held_tokens bigint; v_held_cost numeric; v_most bigint := (p ->> 'max_output')::bigint;
  v_least bigint := least(v_most, (p ->> 'min_output')::bigint); v_enough bigint := coalesce((p ->> 'enough_output')::bigint, v_least);
  v_spent bigint := (p ->> 'spent_tokens')::bigint; v_spent_cost numeric := (p ->> 'spent_cost')::numeric;
  v_input bigint := (p ->> 'input_tokens')::bigint; v_in numeric := (p ->> 'input_price')::numeric; v_out numeric := (p ->> 'output_price')::numeric;
  -- what would be left with nobody else at work, and what is left
  v_alone bigint; v_output bigint;
begin
  perform enter_tenant((p ->> 'tenant_id')::uuid);
  -- Conversation (or its analysis) before link, as in the commit: a try that was taken over cannot get between a commit and its charge.
  if v_seq = 0 then
    select c.link_id into v_link from session_analyses a join text_conversations c on c.id = a.conversation_id
     where a.conversation_id = v_conversation and a.attempts = v_fence and a.status = 'pending' for share of a;
  else
    select link_id into v_link from text_conversations where id = v_conversation and fence = v_fence and status = 'active' for share;
  end if;
  if not found then return json_build_object('status', 'fenced'); end if;
  -- The row is the queue: calls of one link reserve one after the other.
  select * into b from link_budgets where link_id = v_link for no key update;
  if not found or (b.max_tokens is null and b.max_cost is null) then return json_build_object('status', 'none'); end if;
  if b.hard and b.max_cost is not null and (v_in is null or v_out is null) then return json_build_object('status', 'unpriced'); end if;
  select coalesce(sum(r.tokens), 0), coalesce(sum(r.cost), 0) into v_held_tokens, v_held_cost
    from budget_reservations r join text_conversations c on c.id = r.conversation_id
   where r.link_id = v_link and holds_budget(r, c) and not (r.conversation_id = v_conversation and r.seq = v_seq);
  v_alone := budget_output(b, v_most, v_spent + v_input, v_spent_cost + coalesce(v_input * v_in, 0), v_out);
  v_output := budget_output(b, v_most, v_held_tokens + v_spent + v_input, v_held_cost + v_spent_cost + coalesce(v_input * v_in, 0), v_out);
  if b.hard and v_output < greatest(v_least, least(v_alone, v_enough)) then
    -- Who waits holds no more than it has used, else two that wait could keep each other waiting.
    update budget_reservations set tokens = v_spent, cost = v_spent_cost where conversation_id = v_conversation and seq = v_seq and fence = v_fence;
    return json_build_object('status', case when v_alone < v_least then 'exhausted' else 'busy' end);
  end if;
  if not b.hard then v_output := v_most; end if;
  -- Dead ones are cleared in passing; one that a commit is just removing is left to it, else the two would wait for each other.
  delete from budget_reservations where (conversation_id, seq, fence) in (select r.conversation_id, r.seq, r.fence
    from budget_reservations r join text_conversations c on c.id = r.conversation_id
   where r.link_id = v_link and not holds_budget(r, c) limit 20 for update of r skip locked);
  insert into budget_reservations (conversation_id, seq, fence, tenant_id, link_id, tokens, cost)
  values (v_conversation, v_seq, v_fence, b.tenant_id, v_link, v_spent + v_input + v_output, v_spent_cost + coalesce(v_input * v_in + v_output * v_out, 0))
  on conflict (conversation_id, seq, fence) do update set tokens = excluded.tokens, cost = excluded.cost;
  return json_build_object('status', 'granted', 'max_output', v_output);
end $$;

CREATE FUNCTION public.resolve_access(p_access jsonb) RETURNS uuid
    LANGUAGE plpgsql
    AS $$
declare r record;
begin
  r := try_access(p_access);
  if r.o_error is not null then perform fail(r.o_error); end if;
  return r.o_id;
end $$;

CREATE FUNCTION public.resolve_content(p_access jsonb) RETURNS uuid
    LANGUAGE plpgsql
    AS $$
declare v_id uuid := resolve_access(p_access);
begin
  if exists (select from text_conversations where id = v_id and purged_at is not null) then
    perform fail(case when p_access ->> 'session_id' is null then 'session_ended' else 'content_removed' end);
  end if;
  return v_id;
end $$;

CREATE FUNCTION public.seal_webhooks(items jsonb) RETURNS integer
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
  with given as (select * from jsonb_to_recordset(items) as i(id uuid, sealed text)),
  free as (select d.id from webhook_deliveries d where d.id in (select id from given) and d.data_sealed is null for no key update skip locked),
  done as (
    update webhook_deliveries d set data_sealed = g.sealed, data = '{}' from given g join free f on f.id = g.id where d.id = g.id returning 1)
  select count(*)::integer from done
$$;

ALTER FUNCTION public.seal_webhooks(items jsonb) OWNER TO parley_jobs;

CREATE FUNCTION public.session_analysis(p_conversation uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
  select jsonb_build_object('status', status, 'answers', answers, 'unanswered', to_jsonb(unanswered), 'model', model,
           'error_code', error_code, 'created_at', iso(created_at), 'ended_at', iso(ended_at),
           'usage', jsonb_build_object('input_tokens', coalesce(input_tokens, 0), 'output_tokens', coalesce(output_tokens, 0), 'cost', cost))
    from session_analyses where conversation_id = p_conversation
$$;

CREATE FUNCTION public.session_budget(p_tenant uuid, p_conversation uuid) RETURNS uuid
    LANGUAGE plpgsql
    AS $$
begin
  perform enter_tenant(p_tenant);
  return budget_link(p_conversation);
end $$;

CREATE FUNCTION public.session_heads(p_sessions text[]) RETURNS TABLE(session_id text, head integer, status text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$ select session_id, event_offset, status from text_conversations where session_id = any(p_sessions) $$;

ALTER FUNCTION public.session_heads(p_sessions text[]) OWNER TO parley_jobs;

CREATE FUNCTION public.session_json(c public.text_conversations) RETURNS json
    LANGUAGE sql STABLE
    AS $$
  select json_build_object(
    'session_id', c.session_id, 'conversation_id', c.id, 'status', c.status, 'node_id', c.node_id, 'node_name', c.node_name,
    'turns', c.total_turns, 'transition_count', c.total_transitions, 'collected_data', c.collected_data,
    'created_at', iso(c.created_at), 'updated_at', iso(c.updated_at), 'ended_at', iso(c.ended_at), 'end_reason', c.end_reason,
    'expires_at', iso(c.expires_at), 'remaining_messages', c.max_messages - c.messages_used, 'message_count', c.messages_used,
    'agent_config_version', c.agent_version, 'metadata', c.metadata, 'tenant_id', c.tenant_id, 'agent_id', c.agent_id, 'link_id', c.link_id,
    'last_event_offset', c.event_offset, 'epoch', c.epoch, 'handled_by', c.handled_by, 'operator_name', c.operator_name,
    'waiting_since', (select iso(e.created_at) from escalations e where e.conversation_id = c.id and e.status = 'open'),
    'idle_timeout_seconds', c.idle_timeout_seconds, 'idle_expires_at', iso(c.updated_at + make_interval(secs => c.idle_timeout_seconds)),
    'participant', c.participant, 'participant_verified', c.participant_verified,
    'purged_at', iso(c.purged_at), 'usage', c.kept_usage)
$$;

CREATE FUNCTION public.session_tenant(p_session text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$ select tenant_id from text_conversations where session_id = p_session $$;

ALTER FUNCTION public.session_tenant(p_session text) OWNER TO parley_jobs;

CREATE FUNCTION public.set_link_budget(p_link uuid, p_tenant uuid, p_budget jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  if p_budget is null or jsonb_typeof(p_budget) = 'null' then
    update link_budgets set max_tokens = null, max_cost = null where link_id = p_link;
    return;
  end if;
  insert into link_budgets (link_id, tenant_id, max_tokens, max_cost, hard)
  values (p_link, p_tenant, (p_budget ->> 'max_tokens')::bigint, (p_budget ->> 'max_cost')::numeric, coalesce((p_budget ->> 'hard')::boolean, true))
  on conflict (link_id) do update set max_tokens = excluded.max_tokens, max_cost = excluded.max_cost, hard = excluded.hard;
end $$;

CREATE FUNCTION public.settle_action_webhook(p_tenant uuid, p_id uuid, p_outcome text, p_retry_ms integer) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  perform enter_tenant(p_tenant);
  update action_webhooks set outcome = p_outcome, ended_at = case when p_retry_ms is null then clock_timestamp() end,
         payload = case when p_retry_ms is null then '{}' else payload end,
         next_attempt_at = clock_timestamp() + make_interval(secs => coalesce(p_retry_ms, 0) / 1000.0)
   where id = p_id and ended_at is null;
end $$;

CREATE FUNCTION public.settle_analysis(p_tenant uuid, p_conversation uuid, p_attempt integer, p jsonb) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
begin
  perform enter_tenant(p_tenant);
  update session_analyses set error_code = p ->> 'code', status = p ->> 'status', model = coalesce(p ->> 'model', model),
         ended_at = case when p ->> 'status' <> 'pending' then clock_timestamp() end,
         next_attempt_at = clock_timestamp() + make_interval(secs => coalesce((p ->> 'retry_ms')::double precision, 0) / 1000.0),
         input_tokens = coalesce(input_tokens, 0) + coalesce((p ->> 'input_tokens')::int, 0),
         output_tokens = coalesce(output_tokens, 0) + coalesce((p ->> 'output_tokens')::int, 0),
         cost = case when p ? 'input_tokens' then cost + (p ->> 'cost')::numeric else cost end
   where conversation_id = p_conversation and status = 'pending' and attempts = p_attempt;
  if not found then return false; end if;
  perform charge_analysis(p_conversation, p_attempt, p);
  return true;
end $$;

CREATE FUNCTION public.settle_webhook(p_tenant uuid, p jsonb) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
declare d webhook_deliveries; e webhook_endpoints; v_now timestamptz := clock_timestamp(); v_good boolean := p ->> 'outcome' = 'delivered'; v_reason text;
begin
  perform enter_tenant(p_tenant);
  -- The endpoint first, always: attempts of one endpoint that end together wait here and nowhere else.
  select w.* into e from webhook_endpoints w join webhook_deliveries x on x.endpoint_id = w.id where x.id = (p ->> 'id')::uuid for no key update of w;
  if not found then return false; end if;
  update webhook_deliveries set outcome = p ->> 'outcome', response_status = (p ->> 'status')::int, response_ms = (p ->> 'ms')::int, response_body = p ->> 'body',
         claimed_until = null, data_sealed = coalesce(data_sealed, p ->> 'sealed'),
         data = case when coalesce(data_sealed, p ->> 'sealed') is null then data else '{}' end,
         status = case when v_good then 'delivered' when p ->> 'retry_ms' is null then 'failed' else 'pending' end,
         ended_at = case when v_good or p ->> 'retry_ms' is null then v_now end,
         next_attempt_at = v_now + make_interval(secs => coalesce((p ->> 'retry_ms')::numeric, 0)::double precision / 1000.0)
   where id = (p ->> 'id')::uuid and attempts = (p ->> 'attempt')::int and ended_at is null returning * into d;
  if not found then return false; end if;
  if v_good then
    if e.failures > 0 then update webhook_endpoints set failures = 0, failing_since = null where id = e.id; end if;
    return false;
  end if;
  update webhook_endpoints set failures = failures + 1, failing_since = coalesce(failing_since, v_now) where id = e.id returning * into e;
  v_reason := case when (p ->> 'gone')::boolean then 'gone'
                   when e.failing_since < v_now - make_interval(hours => (p ->> 'disable_after_hours')::int) then 'failing' end;
  if v_reason is null or not e.is_active then return false; end if;
  update webhook_endpoints set is_active = false, disabled_reason = v_reason, disabled_at = v_now, updated_at = v_now where id = e.id;
  insert into outbox (tenant_id, subject, key, payload)
  values (p_tenant, 'sessions.v1.event.webhook_disabled', e.id::text,
          jsonb_build_object('tenantId', p_tenant, 'webhookId', e.id, 'agentId', e.agent_id, 'reason', v_reason));
  return true;
end $$;

CREATE FUNCTION public.spent_turns(p_conversation uuid, p_through integer) RETURNS TABLE(seq integer, usage json, totals json)
    LANGUAGE plpgsql STABLE
    AS $$
begin
  return query
  with used as materialized (
    select t.seq, case when t.status = 'failed' then calls_usage(t.trace) else t.result -> 'usage' end as u
      from session_turns t where t.conversation_id = p_conversation and t.seq <= p_through and t.status <> 'pending'
  ), counted as materialized (
    select used.seq, u, (u ->> 'input_tokens')::bigint as input, (u ->> 'output_tokens')::bigint as output, (u ->> 'cost')::numeric as cost from used
  )
  select counted.seq, u, json_build_object('input_tokens', coalesce(sum(input) over w, 0), 'output_tokens', coalesce(sum(output) over w, 0),
           'cost', case when not coalesce(bool_or(cost is null and input is not null) over w, false) then coalesce(sum(cost) over w, 0) end)
    from counted window w as (order by counted.seq);
end $$;

CREATE FUNCTION public.store_action_webhooks() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  insert into action_webhooks (tenant_id, conversation_id, turn_seq, url, traceparent, payload)
  select new.tenant_id, new.conversation_id, new.seq, w ->> 'url', new.trace ->> 'traceparent',
         jsonb_build_object('type', 'workflow.action', 'timestamp', iso(clock_timestamp()), 'data', jsonb_build_object(
           'session_id', c.session_id, 'agent_id', c.agent_id, 'turn_id', c.id || '.' || new.seq,
           'node_id', w ->> 'node_id', 'phase', w ->> 'phase', 'variables', w -> 'variables'))
    from json_array_elements(new.trace -> 'webhooks') w join text_conversations c on c.id = new.conversation_id;
  return null;
end $$;

CREATE FUNCTION public.take_pin_try(p_tenant uuid, p_link uuid, p_bucket text) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare l temporary_chat_links; v_all link_pin_tries; v_own link_pin_tries; v_now timestamptz;
begin
  perform enter_tenant(p_tenant);
  select * into l from temporary_chat_links where id = p_link and is_active and deleted_at is null and (expires_at is null or expires_at > clock_timestamp());
  if not found then perform fail('link_unavailable'); end if;
  if l.pin_hash is null then return json_build_object('status', 'none'); end if;
  insert into link_pin_tries (link_id, bucket, tenant_id) values (p_link, '', p_tenant) on conflict do nothing;
  -- The link's row is the queue.
  select * into v_all from link_pin_tries where link_id = p_link and bucket = '' for update;
  insert into link_pin_tries (link_id, bucket, tenant_id) values (p_link, p_bucket, p_tenant) on conflict do nothing;
  select * into v_own from link_pin_tries where link_id = p_link and bucket = p_bucket for update;
  v_now := clock_timestamp();
  if v_all.since <= v_now - interval '15 minutes' then v_all.since := v_now; v_all.wrong := 0; end if;
  if v_own.since <= v_now - interval '1 day' then v_own.wrong := 0; v_own.wait_until := null; end if;
  if v_all.wrong >= 100 then
    return json_build_object('status', 'wait', 'seconds', greatest(1, ceil(extract(epoch from v_all.since + interval '15 minutes' - v_now)))::integer);
  end if;
  if v_own.wait_until > v_now then
    return json_build_object('status', 'wait', 'seconds', greatest(1, ceil(extract(epoch from v_own.wait_until - v_now)))::integer);
  end if;
  update link_pin_tries set wrong = v_all.wrong + 1, since = v_all.since where link_id = p_link and bucket = '';
  update link_pin_tries set wrong = v_own.wrong + 1, since = v_now,
      wait_until = case when v_own.wrong + 1 >= 3 then v_now + make_interval(secs => least(900, power(2, least(v_own.wrong - 1, 12)))) end
   where link_id = p_link and bucket = p_bucket;
  -- What nobody came back to is swept by those who come, a few rows each.
  delete from link_pin_tries where (link_id, bucket) in (select link_id, bucket from link_pin_tries
    where since < v_now - interval '1 day' and link_id <> p_link limit 20 for update skip locked);
  return json_build_object('status', 'open', 'pin_hash', l.pin_hash);
end $$;

CREATE FUNCTION public.take_verification_try(p_tenant uuid, p_link uuid, p_address text, p_request text) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare v link_verifications;
begin
  perform enter_tenant(p_tenant);
  select * into v from link_verifications where link_id = p_link and address_hash = p_address and request_hash = p_request
   order by created_at desc limit 1 for update;
  if not found or v.used_at is not null then return json_build_object('status', 'none'); end if;
  if v.tries >= 5 or v.expires_at <= clock_timestamp() then return json_build_object('status', 'expired'); end if;
  update link_verifications set tries = tries + 1 where code_id = v.code_id;
  return json_build_object('status', 'open', 'code_id', v.code_id, 'salt', encode(v.salt, 'hex'), 'code_hash', encode(v.code_hash, 'hex'));
end $$;

CREATE FUNCTION public.tell_event(c public.text_conversations, p_type text, p_payload json) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare v_offset integer := append_event(c.id, c.tenant_id, p_type, p_payload);
begin
  return (select json_build_object('offset', event_offset, 'type', type, 'payload', payload, 'created_at', iso(created_at)) from session_events
           where conversation_id = c.id and event_offset = v_offset and created_at >= c.created_at);
end $$;

CREATE FUNCTION public.tell_link_room() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  insert into outbox (tenant_id, subject, key, payload)
  values (new.tenant_id, 'links.v1.event.updated', new.id::text, jsonb_build_object('linkId', new.id, 'tenantId', new.tenant_id));
  return null;
end $$;

CREATE FUNCTION public.tenant_exists(p_tenant uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$ select exists (select from tenants where id = p_tenant) $$;

ALTER FUNCTION public.tenant_exists(p_tenant uuid) OWNER TO parley_jobs;

CREATE FUNCTION public.token_subject(p_access jsonb) RETURNS json
    LANGUAGE plpgsql
    AS $$
declare v_id uuid; r json;
begin
  v_id := resolve_access(p_access);
  select json_build_object('session_id', c.session_id, 'email',
           case when c.participant_verified then lower(c.participant ->> 'email') end)
    into r from text_conversations c where c.id = v_id;
  return r;
end $$;

CREATE FUNCTION public.try_access(p_access jsonb, OUT o_id uuid, OUT o_tenant uuid, OUT o_error text) RETURNS record
    LANGUAGE plpgsql
    AS $$
begin
  o_tenant := (p_access ->> 'tenant_id')::uuid;
  if p_access ->> 'session_id' is not null then
    if o_tenant is null then o_tenant := session_tenant(p_access ->> 'session_id'); end if;
    if o_tenant is not null then
      perform enter_tenant(o_tenant);
      select id into o_id from text_conversations where session_id = p_access ->> 'session_id';
    end if;
    if o_id is null then o_error := 'session_not_found'; end if;
    return;
  end if;
  perform enter_tenant(o_tenant);
  select conversation_id into o_id from temporary_chat_sessions
   where token_id = p_access ->> 'token_id' and link_id = (p_access ->> 'link_id')::uuid
     and token_hash = decode(p_access ->> 'token_hash', 'hex')
     and (expires_at is null or expires_at > clock_timestamp());
  if o_id is null then
    o_error := 'session_token_invalid';
  elsif (p_access ->> 'sends')::boolean then
    -- An ended conversation is answered as ended: that is what the visitor can do something about.
    select entry_refusal(c.link_id, c.participant_verified, c.participant_hash) into o_error from text_conversations c where c.id = o_id and c.status = 'active';
  end if;
end $$;

CREATE TABLE public.session_turns (
    conversation_id uuid NOT NULL,
    seq integer NOT NULL,
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    content text DEFAULT ''::text NOT NULL,
    client_message_id text,
    idem_key text,
    idem_fingerprint text,
    signature text,
    reply_to text,
    status text DEFAULT 'pending'::text NOT NULL,
    error_code text,
    result json,
    trace json,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    done_at timestamp with time zone,
    files json,
    stop_requested_at timestamp with time zone,
    CONSTRAINT session_turns_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'done'::text, 'failed'::text])))
)
WITH (fillfactor='80');

ALTER TABLE ONLY public.session_turns FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.turn_state(t public.session_turns) RETURNS json
    LANGUAGE sql STABLE
    AS $$
  select case t.status
    when 'done' then json_build_object('status', 'done', 'turn_id', t.conversation_id || '.' || t.seq, 'seq', t.seq, 'result', t.result)
    when 'failed' then json_build_object('status', 'failed', 'turn_id', t.conversation_id || '.' || t.seq, 'seq', t.seq, 'code', t.error_code)
    else json_build_object('status', 'pending', 'turn_id', t.conversation_id || '.' || t.seq, 'seq', t.seq) end
$$;

CREATE FUNCTION public.upload_time() RETURNS interval
    LANGUAGE sql IMMUTABLE
    AS $$ select interval '10 minutes' $$;

CREATE FUNCTION public.use_verification(p_tenant uuid, p_code uuid, p_link uuid, p_address text) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
begin
  perform enter_tenant(p_tenant);
  update link_verifications set used_at = clock_timestamp()
   where link_id = p_link and address_hash = p_address and code_id = p_code and used_at is null and expires_at > clock_timestamp();
  return found;
end $$;

CREATE FUNCTION public.visitor_mark(p_salt uuid, p_person text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ select encode(sha256(convert_to(p_salt || ':' || p_person, 'UTF8')), 'hex') $$;

CREATE FUNCTION public.waiting_sessions(p_older_ms integer, p_limit integer) RETURNS TABLE(tenant_id uuid, session_id text, conversation_id uuid, seq integer)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
  select c.tenant_id, c.session_id, c.id, c.done_seq + 1
    from (select distinct t.conversation_id from (select conversation_id from session_turns where status = 'pending'
            and created_at < clock_timestamp() - make_interval(secs => p_older_ms / 1000.0) order by created_at limit p_limit * 4) t) w
    join text_conversations c on c.id = w.conversation_id
   where c.status = 'active' and (c.lease_until is null or c.lease_until < clock_timestamp()) limit p_limit
$$;

ALTER FUNCTION public.waiting_sessions(p_older_ms integer, p_limit integer) OWNER TO parley_jobs;

CREATE FUNCTION public.waiting_turns(p_tenant uuid, p_conversation uuid, p_done integer) RETURNS json
    LANGUAGE plpgsql
    AS $$
begin
  perform enter_tenant(p_tenant);
  return pending_turns(p_conversation, p_done);
end $$;

CREATE FUNCTION public.watch_session(p_access jsonb, p_after integer, p_limit integer, p_snapshot boolean) RETURNS json
    LANGUAGE plpgsql
    AS $_$
declare v_id uuid := resolve_access(p_access); v_log json := read_events(p_access, p_after, 0); c text_conversations; v_events json; v_totals json;
begin
  select * into c from text_conversations where id = v_id;
  with page as materialized (
    select event_offset, type, payload, created_at,
           case when type in ('turn', 'error') then substring(payload ->> 'turn_id' from '[.]([0-9]{1,9})$')::int end as seq
      from session_events where conversation_id = v_id and created_at >= c.created_at and event_offset > p_after and event_offset <= (v_log ->> 'head')::int
     order by event_offset limit p_limit
  ), spent as materialized (
    select * from spent_turns(v_id, (select max(seq) from page))
  ), known as materialized (
    select event_offset, merge_objects((payload -> 'extracted_variables')::jsonb) over (order by event_offset) as variables
      from session_events where conversation_id = v_id and created_at >= c.created_at and type = 'turn'
       and event_offset <= (select max(event_offset) from page where type = 'turn')
  ), told as (
    select p.*, s.usage, s.totals, k.variables, t.result
      from page p left join spent s on s.seq = p.seq left join known k on k.event_offset = p.event_offset and p.type = 'turn'
      left join session_turns t on t.conversation_id = v_id and t.seq = p.seq and p.type = 'turn'
  )
  select coalesce(json_agg(json_build_object('offset', event_offset, 'type', type, 'created_at', iso(created_at), 'payload',
           case when totals is null then payload else (payload::jsonb || jsonb_build_object('usage', usage, 'totals', totals)
             || case when result is null then '{}' else jsonb_build_object(
                  'turn_number', result -> 'turn_number', 'latency_ms', result -> 'latency_ms', 'transitions', result -> 'transitions',
                  'previous_node', result -> 'previous_node_id', 'previous_node_name', result -> 'previous_node_name', 'variables', variables) end)::json end)
         order by event_offset), '[]')
    into v_events from told;
  if p_snapshot then
    select totals into v_totals from spent_turns(v_id, c.next_seq) order by seq desc limit 1;
    v_totals := coalesce(v_totals, '{"input_tokens": 0, "output_tokens": 0, "cost": 0}');
  end if;
  return json_build_object('log', v_log, 'events', v_events, 'session', case when p_snapshot then session_json(c) end, 'totals', v_totals);
end $_$;

CREATE FUNCTION public.webhook_content(p_tenant uuid, p_conversation uuid, p jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    AS $$
declare v jsonb := '{}'; v_since timestamptz;
begin
  perform enter_tenant(p_tenant);
  select created_at into v_since from text_conversations where id = p_conversation;
  if p ->> 'turn_seq' is not null then
    select v || jsonb_build_object('message', jsonb_build_object('content', t.content, 'client_message_id', t.client_message_id, 'created_at', iso(t.created_at)),
             'response', t.result ->> 'response', 'messages', (t.result -> 'messages')::jsonb, 'node_id', t.result ->> 'node_id', 'turn_number', (t.result -> 'turn_number')::jsonb,
             'extracted_variables', (t.result -> 'extracted_variables')::jsonb, 'session_ended', (t.result -> 'session_ended')::jsonb, 'completed_at', iso(t.done_at))
      into v from session_turns t where t.conversation_id = p_conversation and t.seq = (p ->> 'turn_seq')::int;
  end if;
  if (p ->> 'transcript')::boolean then
    -- The newest thousand messages: no receiver can be made to take a book.
    select v || jsonb_build_object('transcript', coalesce(jsonb_agg(jsonb_build_object('role', m.role, 'content', m.content, 'node_id', m.node_id,
             'author', m.author, 'author_name', m.author_name, 'status', m.status, 'created_at', iso(m.created_at)) order by m.sequence), '[]'))
      into v from (select * from text_conversation_messages where conversation_id = p_conversation and created_at >= v_since order by sequence desc limit 1000) m;
  end if;
  if (p ->> 'latency')::boolean then
    select v || jsonb_build_object('latency', jsonb_build_object('turns', count(*), 'average_ms', round(avg(ms)), 'max_ms', max(ms),
             'p50_ms', percentile_disc(0.5) within group (order by ms), 'p95_ms', percentile_disc(0.95) within group (order by ms)))
      into v from (select (result ->> 'latency_ms')::numeric as ms from session_turns
                    where conversation_id = p_conversation and status = 'done' and kind = 'message') t where ms is not null;
  end if;
  if (p ->> 'analysis')::boolean then
    v := v || jsonb_build_object('analysis', session_analysis(p_conversation));
  end if;
  if p ->> 'escalation' is not null then
    select v || jsonb_build_object('escalation', jsonb_build_object('reason', e.reason, 'metadata', e.metadata, 'summary', e.summary,
             'assigned_name', e.assigned_name, 'created_at', iso(e.created_at)))
      into v from escalations e where e.id = (p ->> 'escalation')::uuid and e.conversation_id = p_conversation;
  end if;
  return coalesce(v, '{}');
end $$;

CREATE FUNCTION public.webhook_patterns(p_type text) RETURNS text[]
    LANGUAGE sql IMMUTABLE
    AS $$ select array[p_type, split_part(p_type, '.', 1) || '.*', '*'] $$;

CREATE FUNCTION public.webhook_receivers(p_tenant uuid, p_type text, p_agent uuid, p_version integer) RETURNS TABLE(endpoint_id uuid)
    LANGUAGE sql STABLE
    AS $$
  select id from webhook_endpoints
   where tenant_id = p_tenant and agent_version is null and is_active and events && webhook_patterns(p_type) and (agent_id is null or agent_id = p_agent)
  union all
  select id from webhook_endpoints
   where agent_id = p_agent and agent_version = p_version and tenant_id = p_tenant and is_active and events && webhook_patterns(p_type)
$$;

CREATE FUNCTION public.webhook_session(c public.text_conversations) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
  select jsonb_build_object('session_id', c.session_id, 'conversation_id', c.id, 'agent_id', c.agent_id, 'agent_version', c.agent_version,
    'link_id', c.link_id, 'status', c.status, 'end_reason', c.end_reason, 'turns', c.total_turns, 'transition_count', c.total_transitions,
    'participant', c.participant, 'participant_verified', c.participant_verified, 'collected_data', c.collected_data, 'metadata', c.metadata,
    'created_at', iso(c.created_at), 'ended_at', iso(c.ended_at))
$$;

CREATE FUNCTION public.webhook_type(p_subject text) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$
  select case
    when p_subject in ('sessions.v1.event.started', 'sessions.v1.event.ended', 'sessions.v1.event.analyzed') then 'session.' || substr(p_subject, 19)
    when p_subject = 'sessions.v1.event.escalated' then 'escalation.opened'
    when p_subject like 'sessions.v1.event.escalation\_%' then 'escalation.' || substr(p_subject, 30)
    when p_subject = 'sessions.v1.event.webhook_disabled' then 'webhook.disabled'
    when p_subject in ('links.v1.event.created', 'links.v1.event.updated', 'links.v1.event.revoked') then 'link.' || substr(p_subject, 16)
    when p_subject like 'links.v1.event.delivery\_%' then 'delivery.' || substr(p_subject, 25)
  end
$$;

CREATE AGGREGATE public.merge_objects(jsonb) (
    SFUNC = jsonb_concat,
    STYPE = jsonb,
    INITCOND = '{}'
);

CREATE TABLE public.action_webhook_secrets (
    tenant_id uuid NOT NULL,
    secret_sealed text NOT NULL,
    previous_secret_sealed text,
    previous_secret_until timestamp with time zone,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE ONLY public.action_webhook_secrets FORCE ROW LEVEL SECURITY;

CREATE TABLE public.action_webhooks (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    tenant_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    turn_seq integer NOT NULL,
    url text NOT NULL,
    payload jsonb NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    outcome text,
    ended_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    traceparent text
);

ALTER TABLE ONLY public.action_webhooks FORCE ROW LEVEL SECURITY;

CREATE TABLE public.agent_access_addresses (
    agent_id uuid NOT NULL,
    address_hash text NOT NULL,
    tenant_id uuid NOT NULL,
    address_sealed text NOT NULL
);

ALTER TABLE ONLY public.agent_access_addresses FORCE ROW LEVEL SECURITY;

CREATE TABLE public.agent_access_policies (
    agent_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    mode text DEFAULT 'open'::text NOT NULL,
    links_enabled boolean DEFAULT true NOT NULL,
    notify_email_sealed text,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT agent_access_policies_mode_check CHECK ((mode = ANY (ARRAY['open'::text, 'any_verified'::text, 'approval'::text])))
);

ALTER TABLE ONLY public.agent_access_policies FORCE ROW LEVEL SECURITY;

CREATE TABLE public.agent_access_requests (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    link_id uuid,
    address_hash text NOT NULL,
    address_sealed text NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    created_at timestamp with time zone DEFAULT date_trunc('milliseconds'::text, clock_timestamp()) NOT NULL,
    decided_at timestamp with time zone,
    decided_by text,
    CONSTRAINT agent_access_requests_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'approved'::text, 'denied'::text])))
);

ALTER TABLE ONLY public.agent_access_requests FORCE ROW LEVEL SECURITY;

CREATE TABLE public.agent_gate_overrides (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    version integer NOT NULL,
    content_hash text NOT NULL,
    reason text NOT NULL,
    via text NOT NULL,
    principal_id text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT agent_gate_overrides_reason_check CHECK (((length(btrim(reason)) >= 1) AND (length(btrim(reason)) <= 1000)))
);

ALTER TABLE ONLY public.agent_gate_overrides FORCE ROW LEVEL SECURITY;

CREATE TABLE public.agent_test_results (
    tenant_id uuid NOT NULL,
    content_hash text NOT NULL,
    passed boolean NOT NULL,
    result json NOT NULL,
    ran_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE ONLY public.agent_test_results FORCE ROW LEVEL SECURITY;

CREATE TABLE public.agent_versions (
    agent_id uuid NOT NULL,
    version integer NOT NULL,
    tenant_id uuid NOT NULL,
    document json NOT NULL,
    content_hash text NOT NULL,
    notes text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    asks_after_end boolean DEFAULT false NOT NULL,
    CONSTRAINT agent_versions_version_check CHECK ((version >= 1))
);

ALTER TABLE ONLY public.agent_versions FORCE ROW LEVEL SECURITY;

CREATE TABLE public.agents (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    slug text NOT NULL,
    description text,
    active_version integer,
    latest_version integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    deleted_at timestamp with time zone
);

ALTER TABLE ONLY public.agents FORCE ROW LEVEL SECURITY;

CREATE TABLE public.api_keys (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    key_id text NOT NULL,
    secret_sealed text NOT NULL,
    name text NOT NULL,
    scopes text[] DEFAULT '{}'::text[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    require_nonce boolean DEFAULT false NOT NULL
);

ALTER TABLE ONLY public.api_keys FORCE ROW LEVEL SECURITY;

CREATE TABLE public.api_tokens (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    token_id text NOT NULL,
    token_hash bytea NOT NULL,
    token_hint text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT api_tokens_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'editor'::text, 'operator'::text, 'viewer'::text])))
);

ALTER TABLE ONLY public.api_tokens FORCE ROW LEVEL SECURITY;

CREATE TABLE public.demo_secrets (
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    sealed text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.demo_secrets FORCE ROW LEVEL SECURITY;

CREATE TABLE public.dev_mail (
    id bigint NOT NULL,
    tenant_id uuid NOT NULL,
    recipient text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE ONLY public.dev_mail FORCE ROW LEVEL SECURITY;

ALTER TABLE public.dev_mail ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.dev_mail_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.idempotency_keys (
    tenant_id uuid NOT NULL,
    scope text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    response json,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.idempotency_keys FORCE ROW LEVEL SECURITY;

CREATE TABLE public.knowledge_chunks (
    document_id uuid NOT NULL,
    n integer NOT NULL,
    tenant_id uuid NOT NULL,
    language text NOT NULL,
    heading text NOT NULL,
    text text NOT NULL,
    tsv tsvector GENERATED ALWAYS AS (public.knowledge_tsv(language, ((heading || ' '::text) || text))) STORED NOT NULL,
    embedding real[]
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.knowledge_chunks ALTER COLUMN embedding SET STORAGE EXTERNAL;

ALTER TABLE ONLY public.knowledge_chunks FORCE ROW LEVEL SECURITY;

CREATE TABLE public.knowledge_documents (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    language text DEFAULT 'simple'::text NOT NULL,
    bytes integer NOT NULL,
    content_hash text NOT NULL,
    revision integer NOT NULL,
    status text DEFAULT 'ready'::text NOT NULL,
    from_version integer NOT NULL,
    until_version integer,
    chunks integer NOT NULL,
    embedding_model text,
    embedding_claimed_until timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    deleted_at timestamp with time zone,
    embedding_tokens bigint DEFAULT 0 NOT NULL,
    embedding_cost numeric(20,12) DEFAULT 0,
    embedding_error text
);

ALTER TABLE ONLY public.knowledge_documents FORCE ROW LEVEL SECURITY;

CREATE TABLE public.knowledge_ingestions (
    upload_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    name text NOT NULL,
    bytes integer NOT NULL,
    error text,
    started_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE ONLY public.knowledge_ingestions FORCE ROW LEVEL SECURITY;

CREATE TABLE public.knowledge_uploads (
    upload_id uuid NOT NULL,
    n integer NOT NULL,
    tenant_id uuid NOT NULL,
    data bytea NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE ONLY public.knowledge_uploads FORCE ROW LEVEL SECURITY;

CREATE TABLE public.link_pin_tries (
    link_id uuid NOT NULL,
    bucket text NOT NULL,
    tenant_id uuid NOT NULL,
    wrong integer DEFAULT 0 NOT NULL,
    since timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    wait_until timestamp with time zone
);

ALTER TABLE ONLY public.link_pin_tries FORCE ROW LEVEL SECURITY;

CREATE TABLE public.link_templates (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    fields jsonb NOT NULL,
    created_by text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.link_templates FORCE ROW LEVEL SECURITY;

CREATE TABLE public.link_verifications (
    link_id uuid NOT NULL,
    address_hash text NOT NULL,
    tenant_id uuid NOT NULL,
    code_id uuid NOT NULL,
    salt bytea NOT NULL,
    code_hash bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    used_at timestamp with time zone,
    request_hash text NOT NULL,
    mail_hash text NOT NULL,
    repeat_hash text,
    mailed boolean NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE ONLY public.link_verifications FORCE ROW LEVEL SECURITY;

CREATE TABLE public.memories (
    tenant_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    subject_hash text NOT NULL,
    address_sealed text NOT NULL,
    summary text,
    notes text,
    revision integer DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    claimed_until timestamp with time zone
);

ALTER TABLE ONLY public.memories FORCE ROW LEVEL SECURITY;

CREATE TABLE public.memory_cursors (
    conversation_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    summarised_through integer NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    claimed_until timestamp with time zone,
    input_tokens bigint DEFAULT 0 NOT NULL,
    output_tokens bigint DEFAULT 0 NOT NULL,
    cost numeric(20,12) DEFAULT 0
);

ALTER TABLE ONLY public.memory_cursors FORCE ROW LEVEL SECURITY;

CREATE TABLE public.message_ratings (
    conversation_id uuid NOT NULL,
    message_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    rating text NOT NULL,
    text text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT message_ratings_rating_check CHECK ((rating = ANY (ARRAY['up'::text, 'down'::text])))
);

ALTER TABLE ONLY public.message_ratings FORCE ROW LEVEL SECURITY;

CREATE TABLE public.outbox (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    tenant_id uuid NOT NULL,
    subject text NOT NULL,
    key text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    sent_at timestamp with time zone
);

ALTER TABLE ONLY public.outbox FORCE ROW LEVEL SECURITY;

CREATE TABLE public.schema_migrations (
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.security_events (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    link_id uuid,
    kind text NOT NULL,
    scope text,
    country text,
    address_hash text,
    session_id text,
    count integer NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT security_events_count_check CHECK ((count >= 1)),
    CONSTRAINT security_events_country_check CHECK ((length(country) = 2))
);

ALTER TABLE ONLY public.security_events FORCE ROW LEVEL SECURITY;

CREATE TABLE public.session_analyses (
    conversation_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    answers jsonb,
    unanswered text[] DEFAULT '{}'::text[] NOT NULL,
    model text,
    input_tokens integer,
    output_tokens integer,
    error_code text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    ended_at timestamp with time zone,
    cost numeric(20,12) DEFAULT 0,
    CONSTRAINT session_analyses_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'done'::text, 'failed'::text, 'skipped'::text])))
);

ALTER TABLE ONLY public.session_analyses FORCE ROW LEVEL SECURITY;

CREATE TABLE public.session_events (
    conversation_id uuid NOT NULL,
    event_offset integer NOT NULL,
    tenant_id uuid NOT NULL,
    type text NOT NULL,
    payload json NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
)
PARTITION BY RANGE (created_at);

ALTER TABLE ONLY public.session_events FORCE ROW LEVEL SECURITY;

CREATE TABLE public.session_feedback (
    conversation_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    rating integer NOT NULL,
    text text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT session_feedback_rating_check CHECK (((rating >= 1) AND (rating <= 5)))
);

ALTER TABLE ONLY public.session_feedback FORCE ROW LEVEL SECURITY;

CREATE TABLE public.session_file_chunks (
    file_id uuid NOT NULL,
    n integer NOT NULL,
    tenant_id uuid NOT NULL,
    data bytea NOT NULL
);

ALTER TABLE ONLY public.session_file_chunks FORCE ROW LEVEL SECURITY;

CREATE TABLE public.temporary_chat_links (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    token_id text NOT NULL,
    token_hash bytea NOT NULL,
    token_hint text NOT NULL,
    title text NOT NULL,
    description text,
    welcome_message text,
    agent_version integer,
    expires_at timestamp with time zone,
    max_sessions integer DEFAULT 1 NOT NULL,
    sessions_used integer DEFAULT 0 NOT NULL,
    max_messages_per_session integer DEFAULT 100 NOT NULL,
    session_timeout_minutes integer DEFAULT 30 NOT NULL,
    rate_limit_per_minute integer DEFAULT 10 NOT NULL,
    max_message_length integer DEFAULT 4000 NOT NULL,
    require_email boolean DEFAULT false NOT NULL,
    allowed_domains text[] DEFAULT '{}'::text[] NOT NULL,
    branding jsonb DEFAULT '{}'::jsonb NOT NULL,
    chat_intent text,
    system_prompt_override text,
    initial_message text,
    friendly_errors boolean DEFAULT false NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    created_by text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone,
    expired_at timestamp with time zone,
    deleted_at timestamp with time zone,
    allowed_email_domains text[] DEFAULT '{}'::text[] NOT NULL,
    max_concurrent_sessions integer,
    intro text DEFAULT 'none'::text NOT NULL,
    allowed_ips text[] DEFAULT '{}'::text[] NOT NULL,
    allowed_countries text[] DEFAULT '{}'::text[] NOT NULL,
    blocked_countries text[] DEFAULT '{}'::text[] NOT NULL,
    pin_hash text,
    consent_text text,
    starters text[] DEFAULT '{}'::text[] NOT NULL,
    file_uploads jsonb DEFAULT '{"enabled": false}'::jsonb NOT NULL,
    proof_of_work text DEFAULT 'adaptive'::text NOT NULL,
    retention_days integer,
    source_session_id text,
    recipient jsonb,
    token_sealed text,
    retention_changed_at timestamp with time zone,
    retention_check_at timestamp with time zone,
    visitor_salt uuid DEFAULT gen_random_uuid() NOT NULL,
    CONSTRAINT temporary_chat_links_intro_check CHECK ((intro = ANY (ARRAY['none'::text, 'agent'::text]))),
    CONSTRAINT temporary_chat_links_max_concurrent_sessions_check CHECK ((max_concurrent_sessions >= 1)),
    CONSTRAINT temporary_chat_links_proof_of_work_check CHECK ((proof_of_work = ANY (ARRAY['off'::text, 'adaptive'::text, 'always'::text])))
);

ALTER TABLE ONLY public.temporary_chat_links FORCE ROW LEVEL SECURITY;

CREATE TABLE public.temporary_chat_sessions (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    link_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    token_id text NOT NULL,
    token_hash bytea NOT NULL,
    consent_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    ended_at timestamp with time zone,
    consent_hash text
);

ALTER TABLE ONLY public.temporary_chat_sessions FORCE ROW LEVEL SECURITY;

CREATE TABLE public.tenants (
    id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    require_nonce boolean DEFAULT false NOT NULL
);

ALTER TABLE ONLY public.tenants FORCE ROW LEVEL SECURITY;

CREATE TABLE public.text_conversation_messages (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    conversation_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    sequence integer NOT NULL,
    turn_seq integer NOT NULL,
    role text NOT NULL,
    content text NOT NULL,
    node_id text,
    node_name text,
    client_message_id text,
    status text DEFAULT 'done'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    files json,
    author text,
    author_name text,
    CONSTRAINT text_conversation_messages_role_check CHECK ((role = ANY (ARRAY['user'::text, 'assistant'::text]))),
    CONSTRAINT text_conversation_messages_status_check CHECK ((status = ANY (ARRAY['done'::text, 'failed'::text])))
)
PARTITION BY RANGE (created_at);

ALTER TABLE ONLY public.text_conversation_messages FORCE ROW LEVEL SECURITY;

CREATE TABLE public.text_conversation_transitions (
    conversation_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    sequence integer NOT NULL,
    turn_seq integer NOT NULL,
    from_node text NOT NULL,
    from_node_name text,
    to_node text NOT NULL,
    to_node_name text,
    condition text,
    created_at timestamp with time zone DEFAULT now() NOT NULL
)
PARTITION BY RANGE (created_at);

ALTER TABLE ONLY public.text_conversation_transitions FORCE ROW LEVEL SECURITY;

CREATE TABLE public.text_conversation_variables (
    conversation_id uuid NOT NULL,
    name text NOT NULL,
    tenant_id uuid NOT NULL,
    value jsonb,
    node_id text,
    turn_seq integer NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.text_conversation_variables FORCE ROW LEVEL SECURITY;

CREATE TABLE public.webhook_deliveries (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    tenant_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    conversation_id uuid,
    turn_seq integer,
    data jsonb NOT NULL,
    occurred_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    claimed_until timestamp with time zone,
    last_attempt_at timestamp with time zone,
    outcome text,
    response_status integer,
    response_ms integer,
    response_body text,
    ended_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT date_trunc('milliseconds'::text, clock_timestamp()) NOT NULL,
    data_sealed text,
    traceparent text,
    CONSTRAINT webhook_deliveries_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text, 'cancelled'::text])))
);

ALTER TABLE ONLY public.webhook_deliveries FORCE ROW LEVEL SECURITY;

CREATE TABLE public.webhook_endpoints (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    agent_id uuid,
    agent_version integer,
    url text NOT NULL,
    events text[] NOT NULL,
    description text,
    include_transcript boolean DEFAULT false NOT NULL,
    include_latency_metrics boolean DEFAULT false NOT NULL,
    settings jsonb DEFAULT '{}'::jsonb NOT NULL,
    secret_sealed text,
    previous_secret_sealed text,
    previous_secret_until timestamp with time zone,
    is_active boolean DEFAULT true NOT NULL,
    disabled_reason text,
    disabled_at timestamp with time zone,
    failures integer DEFAULT 0 NOT NULL,
    failing_since timestamp with time zone,
    created_by text NOT NULL,
    created_at timestamp with time zone DEFAULT date_trunc('milliseconds'::text, clock_timestamp()) NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT webhook_endpoints_disabled_reason_check CHECK ((disabled_reason = ANY (ARRAY['owner'::text, 'gone'::text, 'failing'::text])))
);

ALTER TABLE ONLY public.webhook_endpoints FORCE ROW LEVEL SECURITY;

ALTER TABLE ONLY public.action_webhook_secrets
    ADD CONSTRAINT action_webhook_secrets_pkey PRIMARY KEY (tenant_id);

ALTER TABLE ONLY public.action_webhooks
    ADD CONSTRAINT action_webhooks_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agent_access_addresses
    ADD CONSTRAINT agent_access_addresses_pkey PRIMARY KEY (agent_id, address_hash);

ALTER TABLE ONLY public.agent_access_policies
    ADD CONSTRAINT agent_access_policies_pkey PRIMARY KEY (agent_id);

ALTER TABLE ONLY public.agent_access_requests
    ADD CONSTRAINT agent_access_requests_agent_id_address_hash_key UNIQUE (agent_id, address_hash);

ALTER TABLE ONLY public.agent_access_requests
    ADD CONSTRAINT agent_access_requests_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agent_gate_overrides
    ADD CONSTRAINT agent_gate_overrides_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agent_test_results
    ADD CONSTRAINT agent_test_results_pkey PRIMARY KEY (tenant_id, content_hash);

ALTER TABLE ONLY public.agent_versions
    ADD CONSTRAINT agent_versions_pkey PRIMARY KEY (agent_id, version);

ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_tenant_id_slug_key UNIQUE (tenant_id, slug);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_key_id_key UNIQUE (key_id);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_token_id_key UNIQUE (token_id);

ALTER TABLE ONLY public.budget_reservations
    ADD CONSTRAINT budget_reservations_pkey PRIMARY KEY (conversation_id, seq, fence);

ALTER TABLE ONLY public.dead_turns
    ADD CONSTRAINT dead_turns_pkey PRIMARY KEY (conversation_id, seq);

ALTER TABLE ONLY public.demo_secrets
    ADD CONSTRAINT demo_secrets_pkey PRIMARY KEY (tenant_id, name);

ALTER TABLE ONLY public.dev_mail
    ADD CONSTRAINT dev_mail_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.escalations
    ADD CONSTRAINT escalations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, scope, key);

ALTER TABLE ONLY public.knowledge_chunks
    ADD CONSTRAINT knowledge_chunks_pkey PRIMARY KEY (document_id, n);

ALTER TABLE ONLY public.knowledge_documents
    ADD CONSTRAINT knowledge_documents_agent_id_name_revision_key UNIQUE (agent_id, name, revision);

ALTER TABLE ONLY public.knowledge_documents
    ADD CONSTRAINT knowledge_documents_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.knowledge_ingestions
    ADD CONSTRAINT knowledge_ingestions_pkey PRIMARY KEY (upload_id);

ALTER TABLE ONLY public.knowledge_uploads
    ADD CONSTRAINT knowledge_uploads_pkey PRIMARY KEY (tenant_id, upload_id, n);

ALTER TABLE ONLY public.link_budgets
    ADD CONSTRAINT link_budgets_pkey PRIMARY KEY (link_id);

ALTER TABLE ONLY public.link_pin_tries
    ADD CONSTRAINT link_pin_tries_pkey PRIMARY KEY (link_id, bucket);

ALTER TABLE ONLY public.link_templates
    ADD CONSTRAINT link_templates_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.link_templates
    ADD CONSTRAINT link_templates_tenant_id_name_key UNIQUE (tenant_id, name);

ALTER TABLE ONLY public.link_verifications
    ADD CONSTRAINT link_verifications_pkey PRIMARY KEY (code_id);

ALTER TABLE ONLY public.memories
    ADD CONSTRAINT memories_pkey PRIMARY KEY (tenant_id, agent_id, subject_hash);

ALTER TABLE ONLY public.memory_cursors
    ADD CONSTRAINT memory_cursors_pkey PRIMARY KEY (conversation_id);

ALTER TABLE ONLY public.message_ratings
    ADD CONSTRAINT message_ratings_pkey PRIMARY KEY (conversation_id, message_id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.security_events
    ADD CONSTRAINT security_events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.session_analyses
    ADD CONSTRAINT session_analyses_pkey PRIMARY KEY (conversation_id);

ALTER TABLE ONLY public.session_events
    ADD CONSTRAINT session_events_pkey PRIMARY KEY (conversation_id, event_offset, created_at);

ALTER TABLE ONLY public.session_feedback
    ADD CONSTRAINT session_feedback_pkey PRIMARY KEY (conversation_id);

ALTER TABLE ONLY public.session_file_chunks
    ADD CONSTRAINT session_file_chunks_pkey PRIMARY KEY (file_id, n);

ALTER TABLE ONLY public.session_files
    ADD CONSTRAINT session_files_pkey PRIMARY KEY (id);

ALTER TABLE public.session_turns
    ADD CONSTRAINT session_turns_kind_check CHECK ((kind = ANY (ARRAY['open'::text, 'message'::text, 'timer'::text, 'handed_back'::text]))) NOT VALID;

ALTER TABLE ONLY public.session_turns
    ADD CONSTRAINT session_turns_pkey PRIMARY KEY (conversation_id, seq);

ALTER TABLE ONLY public.temporary_chat_links
    ADD CONSTRAINT temporary_chat_links_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.temporary_chat_links
    ADD CONSTRAINT temporary_chat_links_token_id_key UNIQUE (token_id);

ALTER TABLE ONLY public.temporary_chat_sessions
    ADD CONSTRAINT temporary_chat_sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.temporary_chat_sessions
    ADD CONSTRAINT temporary_chat_sessions_token_id_key UNIQUE (token_id);

ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.text_conversation_messages
    ADD CONSTRAINT text_conversation_messages_pkey PRIMARY KEY (conversation_id, sequence, created_at);

ALTER TABLE ONLY public.text_conversation_transitions
    ADD CONSTRAINT text_conversation_transitions_pkey PRIMARY KEY (conversation_id, sequence, created_at);

ALTER TABLE ONLY public.text_conversation_variables
    ADD CONSTRAINT text_conversation_variables_pkey PRIMARY KEY (conversation_id, name);

ALTER TABLE ONLY public.text_conversations
    ADD CONSTRAINT text_conversations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.text_conversations
    ADD CONSTRAINT text_conversations_session_id_key UNIQUE (session_id);

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_endpoint_id_event_id_key UNIQUE (endpoint_id, event_id);

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.webhook_endpoints
    ADD CONSTRAINT webhook_endpoints_pkey PRIMARY KEY (id);

CREATE INDEX action_webhooks_conversation ON public.action_webhooks USING btree (conversation_id);

CREATE INDEX action_webhooks_due ON public.action_webhooks USING btree (next_attempt_at) WHERE (ended_at IS NULL);

CREATE INDEX action_webhooks_ended ON public.action_webhooks USING btree (ended_at) WHERE (ended_at IS NOT NULL);

CREATE INDEX agent_access_requests_list ON public.agent_access_requests USING btree (agent_id, created_at DESC, id DESC);

CREATE INDEX agent_gate_overrides_agent ON public.agent_gate_overrides USING btree (agent_id, created_at DESC);

CREATE INDEX agents_name ON public.agents USING btree (tenant_id, name) WHERE (deleted_at IS NULL);

CREATE INDEX api_keys_newest ON public.api_keys USING btree (tenant_id, created_at DESC, id DESC);

CREATE INDEX api_keys_tenant ON public.api_keys USING btree (tenant_id, created_at);

CREATE INDEX api_tokens_newest ON public.api_tokens USING btree (tenant_id, created_at DESC, id DESC);

CREATE INDEX api_tokens_tenant ON public.api_tokens USING btree (tenant_id, created_at);

CREATE INDEX budget_reservations_link ON public.budget_reservations USING btree (link_id);

CREATE INDEX dead_turns_newest ON public.dead_turns USING btree (tenant_id, created_at DESC, conversation_id DESC, seq DESC);

CREATE INDEX dev_mail_tenant ON public.dev_mail USING btree (tenant_id, id DESC);

CREATE INDEX escalations_conversation ON public.escalations USING btree (conversation_id, created_at);

CREATE INDEX escalations_queue ON public.escalations USING btree (tenant_id, status, created_at, id);

CREATE UNIQUE INDEX escalations_unresolved ON public.escalations USING btree (conversation_id) WHERE (status <> 'resolved'::text);

CREATE INDEX idempotency_keys_age ON public.idempotency_keys USING btree (created_at);

CREATE UNIQUE INDEX knowledge_documents_current ON public.knowledge_documents USING btree (agent_id, name) WHERE ((until_version IS NULL) AND (deleted_at IS NULL));

CREATE INDEX knowledge_documents_listed ON public.knowledge_documents USING btree (agent_id, created_at DESC, id DESC) WHERE (deleted_at IS NULL);

CREATE INDEX knowledge_documents_unembedded ON public.knowledge_documents USING btree (created_at) WHERE (deleted_at IS NULL);

CREATE INDEX knowledge_ingestions_agent ON public.knowledge_ingestions USING btree (agent_id, started_at);

CREATE INDEX knowledge_uploads_old ON public.knowledge_uploads USING btree (created_at);

CREATE INDEX link_pin_tries_age ON public.link_pin_tries USING btree (tenant_id, since);

CREATE INDEX link_verifications_address ON public.link_verifications USING btree (mail_hash, created_at DESC);

CREATE INDEX link_verifications_age ON public.link_verifications USING btree (tenant_id, expires_at);

CREATE INDEX link_verifications_of_link ON public.link_verifications USING btree (link_id, created_at DESC) WHERE mailed;

CREATE INDEX link_verifications_of_tenant ON public.link_verifications USING btree (tenant_id, created_at DESC) WHERE mailed;

CREATE INDEX link_verifications_request ON public.link_verifications USING btree (link_id, address_hash, request_hash, created_at DESC);

CREATE INDEX outbox_sent ON public.outbox USING btree (sent_at) WHERE (sent_at IS NOT NULL);

CREATE INDEX outbox_unsent ON public.outbox USING btree (created_at) WHERE (sent_at IS NULL);

CREATE INDEX security_events_age ON public.security_events USING btree (created_at);

CREATE INDEX security_events_link ON public.security_events USING btree (link_id, created_at DESC, id DESC) WHERE (link_id IS NOT NULL);

CREATE INDEX security_events_tenant ON public.security_events USING btree (tenant_id, created_at DESC, id DESC);

CREATE INDEX session_analyses_due ON public.session_analyses USING btree (next_attempt_at) WHERE (status = 'pending'::text);

CREATE INDEX session_files_conversation ON public.session_files USING btree (conversation_id, created_at);

CREATE INDEX session_files_unsent ON public.session_files USING btree (created_at) WHERE ((turn_seq IS NULL) AND (NOT keep));

CREATE UNIQUE INDEX session_turns_client_message ON public.session_turns USING btree (conversation_id, client_message_id) WHERE (client_message_id IS NOT NULL);

CREATE UNIQUE INDEX session_turns_idem ON public.session_turns USING btree (conversation_id, idem_key) WHERE (idem_key IS NOT NULL);

CREATE INDEX session_turns_pending ON public.session_turns USING btree (created_at) WHERE (status = 'pending'::text);

CREATE UNIQUE INDEX session_turns_signature ON public.session_turns USING btree (conversation_id, signature) WHERE (signature IS NOT NULL);

CREATE INDEX temporary_chat_links_agent ON public.temporary_chat_links USING btree (tenant_id, agent_id, created_at DESC, id DESC) WHERE (deleted_at IS NULL);

CREATE INDEX temporary_chat_links_expiry ON public.temporary_chat_links USING btree (expires_at) WHERE ((expired_at IS NULL) AND (deleted_at IS NULL));

CREATE INDEX temporary_chat_links_maker ON public.temporary_chat_links USING btree (tenant_id, created_by) WHERE (is_active AND (deleted_at IS NULL));

CREATE INDEX temporary_chat_links_retention ON public.temporary_chat_links USING btree (retention_check_at) WHERE (retention_check_at IS NOT NULL);

CREATE INDEX temporary_chat_sessions_conversation ON public.temporary_chat_sessions USING btree (conversation_id);

CREATE INDEX temporary_chat_sessions_link ON public.temporary_chat_sessions USING btree (link_id, created_at DESC);

CREATE INDEX tenants_newest ON public.tenants USING btree (created_at DESC, id DESC);

CREATE INDEX text_conversations_agent ON public.text_conversations USING btree (agent_id, created_at DESC, id DESC);

CREATE INDEX text_conversations_idle ON public.text_conversations USING btree (idle_check_at) WHERE (ended_at IS NULL);

CREATE INDEX text_conversations_link ON public.text_conversations USING btree (link_id, created_at DESC) WHERE (link_id IS NOT NULL);

CREATE INDEX text_conversations_link_content ON public.text_conversations USING btree (link_id) WHERE ((link_id IS NOT NULL) AND (ended_at IS NOT NULL) AND (purged_at IS NULL));

CREATE INDEX text_conversations_link_live ON public.text_conversations USING btree (link_id) WHERE ((link_id IS NOT NULL) AND (ended_at IS NULL));

CREATE INDEX text_conversations_memory ON public.text_conversations USING btree (id) WHERE participant_verified;

CREATE UNIQUE INDEX text_conversations_participant ON public.text_conversations USING btree (link_id, participant_hash) WHERE ((participant_hash IS NOT NULL) AND (ended_at IS NULL));

CREATE INDEX text_conversations_participant_email ON public.text_conversations USING btree (tenant_id, participant_email, created_at DESC, id DESC) WHERE (participant_email IS NOT NULL);

CREATE INDEX text_conversations_participant_identifier ON public.text_conversations USING btree (tenant_id, participant_identifier, created_at DESC, id DESC) WHERE (participant_identifier IS NOT NULL);

CREATE INDEX text_conversations_purge_at ON public.text_conversations USING btree (purge_at) WHERE ((purge_at IS NOT NULL) AND (purged_at IS NULL));

CREATE INDEX text_conversations_purge_default ON public.text_conversations USING btree (ended_at) WHERE ((ended_at IS NOT NULL) AND (purge_at IS NULL) AND (purged_at IS NULL));

CREATE INDEX text_conversations_tenant ON public.text_conversations USING btree (tenant_id, created_at DESC, id DESC);

CREATE INDEX text_conversations_timer ON public.text_conversations USING btree (timer_due_at) WHERE ((timer_due_at IS NOT NULL) AND (ended_at IS NULL));

CREATE INDEX text_conversations_unused ON public.text_conversations USING btree (link_id) WHERE ((NOT counted) AND (ended_at IS NULL));

CREATE INDEX webhook_deliveries_claimed ON public.webhook_deliveries USING btree (endpoint_id) WHERE ((ended_at IS NULL) AND (claimed_until IS NOT NULL));

CREATE INDEX webhook_deliveries_conversation ON public.webhook_deliveries USING btree (conversation_id) WHERE (conversation_id IS NOT NULL);

CREATE INDEX webhook_deliveries_ended ON public.webhook_deliveries USING btree (ended_at) WHERE (ended_at IS NOT NULL);

CREATE INDEX webhook_deliveries_list ON public.webhook_deliveries USING btree (endpoint_id, created_at DESC, id DESC);

CREATE INDEX webhook_deliveries_pending ON public.webhook_deliveries USING btree (endpoint_id, next_attempt_at) WHERE (ended_at IS NULL);

CREATE INDEX webhook_deliveries_readable ON public.webhook_deliveries USING btree (created_at) WHERE (data_sealed IS NULL);

CREATE INDEX webhook_endpoints_list ON public.webhook_endpoints USING btree (tenant_id, created_at DESC, id DESC);

CREATE INDEX webhook_endpoints_own ON public.webhook_endpoints USING btree (tenant_id) WHERE ((agent_version IS NULL) AND is_active);

CREATE UNIQUE INDEX webhook_endpoints_version ON public.webhook_endpoints USING btree (agent_id, agent_version) WHERE (agent_version IS NOT NULL);

CREATE TRIGGER action_webhooks AFTER UPDATE OF status ON public.session_turns FOR EACH ROW WHEN (((new.status = 'done'::text) AND (old.status = 'pending'::text) AND ((new.trace -> 'webhooks'::text) IS NOT NULL))) EXECUTE FUNCTION public.store_action_webhooks();

CREATE TRIGGER deliver_fact AFTER INSERT ON public.outbox FOR EACH ROW WHEN (((new.subject ~~ 'sessions.v1.event.%'::text) OR (new.subject ~~ 'links.v1.event.%'::text))) EXECUTE FUNCTION public.deliver_fact();

CREATE TRIGGER deliver_message AFTER UPDATE OF status ON public.session_turns FOR EACH ROW WHEN (((new.status = 'done'::text) AND (old.status = 'pending'::text) AND (new.kind = 'message'::text))) EXECUTE FUNCTION public.deliver_message();

CREATE TRIGGER free_files_of_failed_turn AFTER UPDATE OF status ON public.session_turns FOR EACH ROW WHEN (((new.status = 'failed'::text) AND (new.files IS NOT NULL))) EXECUTE FUNCTION public.free_files_of_failed_turn();

CREATE TRIGGER guard_activation BEFORE UPDATE OF active_version ON public.agents FOR EACH ROW WHEN ((new.active_version IS DISTINCT FROM old.active_version)) EXECUTE FUNCTION public.guard_activation();

CREATE TRIGGER keep_version_webhook AFTER INSERT ON public.agent_versions FOR EACH ROW EXECUTE FUNCTION public.keep_version_webhook();

CREATE TRIGGER mark_asking_version BEFORE INSERT ON public.agent_versions FOR EACH ROW EXECUTE FUNCTION public.mark_asking_version();

CREATE TRIGGER note_purge_time BEFORE UPDATE OF ended_at ON public.text_conversations FOR EACH ROW WHEN (((old.ended_at IS NULL) AND (new.ended_at IS NOT NULL))) EXECUTE FUNCTION public.note_purge_time();

CREATE TRIGGER note_retention_change BEFORE UPDATE OF retention_days, deleted_at ON public.temporary_chat_links FOR EACH ROW WHEN (((old.retention_days IS DISTINCT FROM new.retention_days) OR (old.deleted_at IS DISTINCT FROM new.deleted_at))) EXECUTE FUNCTION public.note_retention_change();

CREATE TRIGGER refuse_disabled_links BEFORE INSERT ON public.temporary_chat_links FOR EACH ROW EXECUTE FUNCTION public.refuse_disabled_links();

CREATE TRIGGER refuse_entry BEFORE INSERT ON public.text_conversations FOR EACH ROW WHEN ((new.link_id IS NOT NULL)) EXECUTE FUNCTION public.refuse_entry();

CREATE TRIGGER tell_link_room AFTER UPDATE OF sessions_used ON public.temporary_chat_links FOR EACH ROW WHEN (((old.sessions_used >= old.max_sessions) IS DISTINCT FROM (new.sessions_used >= new.max_sessions))) EXECUTE FUNCTION public.tell_link_room();

ALTER TABLE ONLY public.action_webhook_secrets
    ADD CONSTRAINT action_webhook_secrets_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.action_webhooks
    ADD CONSTRAINT action_webhooks_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.text_conversations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.action_webhooks
    ADD CONSTRAINT action_webhooks_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.agent_access_addresses
    ADD CONSTRAINT agent_access_addresses_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agent_access_addresses
    ADD CONSTRAINT agent_access_addresses_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.agent_access_policies
    ADD CONSTRAINT agent_access_policies_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agent_access_policies
    ADD CONSTRAINT agent_access_policies_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.agent_access_requests
    ADD CONSTRAINT agent_access_requests_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agent_access_requests
    ADD CONSTRAINT agent_access_requests_link_id_fkey FOREIGN KEY (link_id) REFERENCES public.temporary_chat_links(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.agent_access_requests
    ADD CONSTRAINT agent_access_requests_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.agent_gate_overrides
    ADD CONSTRAINT agent_gate_overrides_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agent_gate_overrides
    ADD CONSTRAINT agent_gate_overrides_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.agent_test_results
    ADD CONSTRAINT agent_test_results_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.agent_versions
    ADD CONSTRAINT agent_versions_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agent_versions
    ADD CONSTRAINT agent_versions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.budget_reservations
    ADD CONSTRAINT budget_reservations_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.text_conversations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.budget_reservations
    ADD CONSTRAINT budget_reservations_link_id_fkey FOREIGN KEY (link_id) REFERENCES public.link_budgets(link_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.dead_turns
    ADD CONSTRAINT dead_turns_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.text_conversations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.demo_secrets
    ADD CONSTRAINT demo_secrets_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.dev_mail
    ADD CONSTRAINT dev_mail_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.escalations
    ADD CONSTRAINT escalations_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.text_conversations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.escalations
    ADD CONSTRAINT escalations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.knowledge_chunks
    ADD CONSTRAINT knowledge_chunks_document_id_fkey FOREIGN KEY (document_id) REFERENCES public.knowledge_documents(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.knowledge_chunks
    ADD CONSTRAINT knowledge_chunks_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.knowledge_documents
    ADD CONSTRAINT knowledge_documents_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.knowledge_documents
    ADD CONSTRAINT knowledge_documents_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.knowledge_ingestions
    ADD CONSTRAINT knowledge_ingestions_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.knowledge_ingestions
    ADD CONSTRAINT knowledge_ingestions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.knowledge_uploads
    ADD CONSTRAINT knowledge_uploads_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.link_budgets
    ADD CONSTRAINT link_budgets_link_id_fkey FOREIGN KEY (link_id) REFERENCES public.temporary_chat_links(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.link_budgets
    ADD CONSTRAINT link_budgets_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.link_pin_tries
    ADD CONSTRAINT link_pin_tries_link_id_fkey FOREIGN KEY (link_id) REFERENCES public.temporary_chat_links(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.link_pin_tries
    ADD CONSTRAINT link_pin_tries_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.link_templates
    ADD CONSTRAINT link_templates_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.link_verifications
    ADD CONSTRAINT link_verifications_link_id_fkey FOREIGN KEY (link_id) REFERENCES public.temporary_chat_links(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.link_verifications
    ADD CONSTRAINT link_verifications_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.memories
    ADD CONSTRAINT memories_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.memories
    ADD CONSTRAINT memories_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.memory_cursors
    ADD CONSTRAINT memory_cursors_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.text_conversations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.message_ratings
    ADD CONSTRAINT message_ratings_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.text_conversations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.message_ratings
    ADD CONSTRAINT message_ratings_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.security_events
    ADD CONSTRAINT security_events_link_id_fkey FOREIGN KEY (link_id) REFERENCES public.temporary_chat_links(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.security_events
    ADD CONSTRAINT security_events_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.session_analyses
    ADD CONSTRAINT session_analyses_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.text_conversations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.session_analyses
    ADD CONSTRAINT session_analyses_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.session_feedback
    ADD CONSTRAINT session_feedback_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.text_conversations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.session_feedback
    ADD CONSTRAINT session_feedback_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.session_file_chunks
    ADD CONSTRAINT session_file_chunks_file_id_fkey FOREIGN KEY (file_id) REFERENCES public.session_files(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.session_files
    ADD CONSTRAINT session_files_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.text_conversations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.session_files
    ADD CONSTRAINT session_files_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.session_turns
    ADD CONSTRAINT session_turns_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.text_conversations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.temporary_chat_links
    ADD CONSTRAINT temporary_chat_links_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id);

ALTER TABLE ONLY public.temporary_chat_links
    ADD CONSTRAINT temporary_chat_links_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.temporary_chat_sessions
    ADD CONSTRAINT temporary_chat_sessions_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.text_conversations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.temporary_chat_sessions
    ADD CONSTRAINT temporary_chat_sessions_link_id_fkey FOREIGN KEY (link_id) REFERENCES public.temporary_chat_links(id);

ALTER TABLE ONLY public.temporary_chat_sessions
    ADD CONSTRAINT temporary_chat_sessions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.text_conversation_variables
    ADD CONSTRAINT text_conversation_variables_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.text_conversations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.text_conversations
    ADD CONSTRAINT text_conversations_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id);

ALTER TABLE ONLY public.text_conversations
    ADD CONSTRAINT text_conversations_link_id_fkey FOREIGN KEY (link_id) REFERENCES public.temporary_chat_links(id);

ALTER TABLE ONLY public.text_conversations
    ADD CONSTRAINT text_conversations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.text_conversations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES public.webhook_endpoints(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.webhook_endpoints
    ADD CONSTRAINT webhook_endpoints_agent_id_agent_version_fkey FOREIGN KEY (agent_id, agent_version) REFERENCES public.agent_versions(agent_id, version) ON DELETE CASCADE;

ALTER TABLE ONLY public.webhook_endpoints
    ADD CONSTRAINT webhook_endpoints_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.webhook_endpoints
    ADD CONSTRAINT webhook_endpoints_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE public.action_webhook_secrets ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.action_webhooks ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agent_access_addresses ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agent_access_policies ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agent_access_requests ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agent_gate_overrides ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agent_test_results ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agent_versions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.api_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.api_tokens ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.budget_reservations ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.dead_turns ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.demo_secrets ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.dev_mail ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.escalations ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.idempotency_keys ENABLE ROW LEVEL SECURITY;

CREATE POLICY jobs ON public.action_webhook_secrets TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.action_webhooks TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.agent_access_addresses TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.agent_access_policies TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.agent_access_requests TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.agent_gate_overrides TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.agent_test_results TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.agent_versions TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.agents TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.api_keys TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.api_tokens TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.budget_reservations TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.dead_turns TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.demo_secrets TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.dev_mail TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.escalations TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.idempotency_keys TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.knowledge_chunks TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.knowledge_documents TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.knowledge_ingestions TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.knowledge_uploads TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.link_budgets TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.link_pin_tries TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.link_templates TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.link_verifications TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.memories TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.memory_cursors TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.message_ratings TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.outbox TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.security_events TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.session_analyses TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.session_events TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.session_feedback TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.session_file_chunks TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.session_files TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.session_turns TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.temporary_chat_links TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.temporary_chat_sessions TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.tenants TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.text_conversation_messages TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.text_conversation_transitions TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.text_conversation_variables TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.text_conversations TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.webhook_deliveries TO parley_jobs USING (true) WITH CHECK (true);

CREATE POLICY jobs ON public.webhook_endpoints TO parley_jobs USING (true) WITH CHECK (true);

ALTER TABLE public.knowledge_chunks ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.knowledge_documents ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.knowledge_ingestions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.knowledge_uploads ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.link_budgets ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.link_pin_tries ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.link_templates ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.link_verifications ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.memories ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.memory_cursors ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.message_ratings ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.outbox ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.security_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.session_analyses ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.session_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.session_feedback ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.session_file_chunks ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.session_files ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.session_turns ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.temporary_chat_links ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.temporary_chat_sessions ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON public.action_webhook_secrets TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.action_webhooks TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.agent_access_addresses TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.agent_access_policies TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.agent_access_requests TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.agent_gate_overrides TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.agent_test_results TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.agent_versions TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.agents TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.api_keys TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.api_tokens TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.budget_reservations TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.dead_turns TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.demo_secrets TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.dev_mail TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.escalations TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.idempotency_keys TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.knowledge_chunks TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.knowledge_documents TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.knowledge_ingestions TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.knowledge_uploads TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.link_budgets TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.link_pin_tries TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.link_templates TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.link_verifications TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.memories TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.memory_cursors TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.message_ratings TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.outbox TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.security_events TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.session_analyses TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.session_events TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.session_feedback TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.session_file_chunks TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.session_files TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.session_turns TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.temporary_chat_links TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.temporary_chat_sessions TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.tenants TO parley_app USING ((id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.text_conversation_messages TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.text_conversation_transitions TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.text_conversation_variables TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.text_conversations TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.webhook_deliveries TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

CREATE POLICY tenant ON public.webhook_endpoints TO parley_app USING ((tenant_id = ( SELECT public.app_tenant() AS app_tenant))) WITH CHECK ((tenant_id = ( SELECT public.app_tenant() AS app_tenant)));

ALTER TABLE public.tenants ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.text_conversation_messages ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.text_conversation_transitions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.text_conversation_variables ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.text_conversations ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.webhook_deliveries ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.webhook_endpoints ENABLE ROW LEVEL SECURITY;

GRANT USAGE ON SCHEMA public TO parley_app;
GRANT USAGE ON SCHEMA public TO parley_jobs;

REVOKE ALL ON FUNCTION public.active_sessions() FROM PUBLIC;
GRANT ALL ON FUNCTION public.active_sessions() TO parley_app;

REVOKE ALL ON FUNCTION public.address_codes(p_mail text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.address_codes(p_mail text) TO parley_app;

REVOKE ALL ON FUNCTION public.api_key_by_id(p_key_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.api_key_by_id(p_key_id text) TO parley_app;

REVOKE ALL ON FUNCTION public.api_token_by_id(p_token_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.api_token_by_id(p_token_id text) TO parley_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.text_conversations TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.text_conversations TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.link_budgets TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.link_budgets TO parley_jobs;

REVOKE ALL ON FUNCTION public.claim_action_webhooks(p_limit integer, p_hold_ms integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_action_webhooks(p_limit integer, p_hold_ms integer) TO parley_app;

REVOKE ALL ON FUNCTION public.claim_analyses(p_limit integer, p_hold_ms integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_analyses(p_limit integer, p_hold_ms integer) TO parley_app;

REVOKE ALL ON FUNCTION public.claim_unembedded(p_model text, p_limit integer, p_claim_ms integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_unembedded(p_model text, p_limit integer, p_claim_ms integer) TO parley_app;

REVOKE ALL ON FUNCTION public.claim_webhooks(p_limit integer, p_each integer, p_hold_ms integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_webhooks(p_limit integer, p_each integer, p_hold_ms integer) TO parley_app;

REVOKE ALL ON FUNCTION public.date_retention(p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.date_retention(p_limit integer) TO parley_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.dead_turns TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.dead_turns TO parley_jobs;

REVOKE ALL ON FUNCTION public.end_idle_sessions(p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.end_idle_sessions(p_limit integer) TO parley_app;

REVOKE ALL ON FUNCTION public.ensure_partitions(p_months_ahead integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ensure_partitions(p_months_ahead integer) TO parley_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.escalations TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.escalations TO parley_jobs;

REVOKE ALL ON FUNCTION public.expire_links(p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.expire_links(p_limit integer) TO parley_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session_files TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session_files TO parley_jobs;

REVOKE ALL ON FUNCTION public.fire_timers(p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.fire_timers(p_limit integer) TO parley_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.budget_reservations TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.budget_reservations TO parley_jobs;

REVOKE ALL ON FUNCTION public.link_by_token_id(p_token_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.link_by_token_id(p_token_id text) TO parley_app;

REVOKE ALL ON FUNCTION public.list_tenants(p_created timestamp with time zone, p_id uuid, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.list_tenants(p_created timestamp with time zone, p_id uuid, p_limit integer) TO parley_app;

REVOKE ALL ON FUNCTION public.memory_due(p_every integer, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.memory_due(p_every integer, p_limit integer) TO parley_app;

REVOKE ALL ON FUNCTION public.outbox_due(p_older_ms integer, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.outbox_due(p_older_ms integer, p_limit integer) TO parley_app;

REVOKE ALL ON FUNCTION public.outbox_sent(p_ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.outbox_sent(p_ids uuid[]) TO parley_app;

REVOKE ALL ON FUNCTION public.purge_idempotency_keys(p_older interval, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.purge_idempotency_keys(p_older interval, p_limit integer) TO parley_app;

REVOKE ALL ON FUNCTION public.purge_knowledge_uploads() FROM PUBLIC;
GRANT ALL ON FUNCTION public.purge_knowledge_uploads() TO parley_app;

REVOKE ALL ON FUNCTION public.purge_outbox(p_older interval, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.purge_outbox(p_older interval, p_limit integer) TO parley_app;

REVOKE ALL ON FUNCTION public.purge_security_events(p_days integer, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.purge_security_events(p_days integer, p_limit integer) TO parley_app;

REVOKE ALL ON FUNCTION public.purge_sessions(p_default_days integer, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.purge_sessions(p_default_days integer, p_limit integer) TO parley_app;

REVOKE ALL ON FUNCTION public.purge_unsent_files(p_older interval, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.purge_unsent_files(p_older interval, p_limit integer) TO parley_app;

REVOKE ALL ON FUNCTION public.purge_webhook_deliveries(p_older interval, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.purge_webhook_deliveries(p_older interval, p_limit integer) TO parley_app;

REVOKE ALL ON FUNCTION public.readable_webhooks(p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.readable_webhooks(p_limit integer) TO parley_app;

REVOKE ALL ON FUNCTION public.remove_content(p_ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.remove_content(p_ids uuid[]) TO parley_jobs;

REVOKE ALL ON FUNCTION public.seal_webhooks(items jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.seal_webhooks(items jsonb) TO parley_app;

REVOKE ALL ON FUNCTION public.session_heads(p_sessions text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.session_heads(p_sessions text[]) TO parley_app;

REVOKE ALL ON FUNCTION public.session_tenant(p_session text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.session_tenant(p_session text) TO parley_app;

REVOKE ALL ON FUNCTION public.tenant_exists(p_tenant uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.tenant_exists(p_tenant uuid) TO parley_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session_turns TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session_turns TO parley_jobs;

REVOKE ALL ON FUNCTION public.waiting_sessions(p_older_ms integer, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.waiting_sessions(p_older_ms integer, p_limit integer) TO parley_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.action_webhook_secrets TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.action_webhook_secrets TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.action_webhooks TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.action_webhooks TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agent_access_addresses TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agent_access_addresses TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agent_access_policies TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agent_access_policies TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agent_access_requests TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agent_access_requests TO parley_jobs;

GRANT SELECT,INSERT ON TABLE public.agent_gate_overrides TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agent_gate_overrides TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agent_test_results TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agent_test_results TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agent_versions TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agent_versions TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agents TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agents TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.api_keys TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.api_keys TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.api_tokens TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.api_tokens TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.demo_secrets TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.demo_secrets TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.dev_mail TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.dev_mail TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_keys TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_keys TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.knowledge_chunks TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.knowledge_chunks TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.knowledge_documents TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.knowledge_documents TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.knowledge_ingestions TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.knowledge_ingestions TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.knowledge_uploads TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.knowledge_uploads TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.link_pin_tries TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.link_pin_tries TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.link_templates TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.link_templates TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.link_verifications TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.link_verifications TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.memories TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.memories TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.memory_cursors TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.memory_cursors TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.message_ratings TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.message_ratings TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.outbox TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.outbox TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.security_events TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.security_events TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session_analyses TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session_analyses TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session_events TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session_events TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session_feedback TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session_feedback TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session_file_chunks TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session_file_chunks TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.temporary_chat_links TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.temporary_chat_links TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.temporary_chat_sessions TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.temporary_chat_sessions TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tenants TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tenants TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.text_conversation_messages TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.text_conversation_messages TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.text_conversation_transitions TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.text_conversation_transitions TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.text_conversation_variables TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.text_conversation_variables TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhook_deliveries TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhook_deliveries TO parley_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhook_endpoints TO parley_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhook_endpoints TO parley_jobs;
