-- Webhooks: facts become deliveries in the transaction that makes them true, so no crash can lose one, and each has one id for ever.
-- Analyses: a session that ends leaves the job of asking its version's questions, in the same way.

-- Receivers -----------------------------------------------------------------------------------------------------------
create table webhook_endpoints (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  -- null = of every agent
  agent_id uuid references agents on delete cascade,
  -- set = `workflow.webhook` of this version; the row is made with the version and goes with it
  agent_version integer,
  url text not null,
  -- names, `session.*` or `*`
  events text[] not null,
  description text,
  include_transcript boolean not null default false,
  include_latency_metrics boolean not null default false,
  -- of a version: {timeout_seconds, auth, retry} as its author wrote them
  settings jsonb not null default '{}',
  secret_sealed text,
  -- signs beside the new one until then
  previous_secret_sealed text,
  previous_secret_until timestamptz,
  is_active boolean not null default true,
  -- by whom it was switched off: owner, gone (the receiver answered 410), failing
  disabled_reason text check (disabled_reason in ('owner', 'gone', 'failing')),
  disabled_at timestamptz,
  -- of attempts in a row; nothing that succeeds writes here unless something failed before
  failures integer not null default 0,
  failing_since timestamptz,
  created_by text not null,
  created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  updated_at timestamptz not null default clock_timestamp(),
  foreign key (agent_id, agent_version) references agent_versions (agent_id, version) on delete cascade
);
select protect_by_tenant('webhook_endpoints');
create index webhook_endpoints_list on webhook_endpoints (tenant_id, created_at desc, id desc);
create index webhook_endpoints_own on webhook_endpoints (tenant_id) where agent_version is null and is_active;
create unique index webhook_endpoints_version on webhook_endpoints (agent_id, agent_version) where agent_version is not null;

create table webhook_deliveries (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  endpoint_id uuid not null references webhook_endpoints on delete cascade,
  -- `webhook-id`: the same for every endpoint and at every attempt
  event_id uuid not null,
  type text not null,
  conversation_id uuid references text_conversations on delete cascade,
  -- whose words the payload holds; read when it is sent, never copied here
  turn_seq integer,
  data jsonb not null,
  occurred_at timestamptz not null default clock_timestamp(),
  status text not null default 'pending' check (status in ('pending', 'delivered', 'failed', 'cancelled')),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default clock_timestamp(),
  -- nobody else attempts it until then
  claimed_until timestamptz,
  last_attempt_at timestamptz,
  -- of the last attempt: delivered, status, timeout, refused, unreachable, too_large
  outcome text,
  response_status integer,
  response_ms integer,
  -- the beginning
  response_body text,
  ended_at timestamptz,
  created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  unique (endpoint_id, event_id)
);
select protect_by_tenant('webhook_deliveries');
create index webhook_deliveries_pending on webhook_deliveries (endpoint_id, next_attempt_at) where ended_at is null;
create index webhook_deliveries_claimed on webhook_deliveries (endpoint_id) where ended_at is null and claimed_until is not null;
create index webhook_deliveries_list on webhook_deliveries (endpoint_id, created_at desc, id desc);
create index webhook_deliveries_ended on webhook_deliveries (ended_at) where ended_at is not null;
create index webhook_deliveries_conversation on webhook_deliveries (conversation_id) where conversation_id is not null;

-- Facts become deliveries -----------------------------------------------------------------------------------------------
-- The public name of a fact on the bus; null = not for receivers. Names that later facts will have follow their domain.
create function webhook_type(p_subject text) returns text language sql immutable as $$
  select case
    when p_subject in ('sessions.v1.event.started', 'sessions.v1.event.ended', 'sessions.v1.event.analyzed') then 'session.' || substr(p_subject, 19)
    when p_subject = 'sessions.v1.event.escalated' then 'escalation.opened'
    when p_subject like 'sessions.v1.event.escalation\_%' then 'escalation.' || substr(p_subject, 30)
    when p_subject = 'sessions.v1.event.webhook_disabled' then 'webhook.disabled'
    when p_subject in ('links.v1.event.created', 'links.v1.event.updated', 'links.v1.event.revoked') then 'link.' || substr(p_subject, 16)
    when p_subject like 'links.v1.event.delivery\_%' then 'delivery.' || substr(p_subject, 25)
  end
$$;

create function webhook_patterns(p_type text) returns text[] language sql immutable as
$$ select array[p_type, split_part(p_type, '.', 1) || '.*', '*'] $$;

create function webhook_session(c text_conversations) returns jsonb language sql stable as $$
  select jsonb_build_object('session_id', c.session_id, 'conversation_id', c.id, 'agent_id', c.agent_id, 'agent_version', c.agent_version,
    'link_id', c.link_id, 'status', c.status, 'end_reason', c.end_reason, 'turns', c.total_turns, 'transition_count', c.total_transitions,
    'participant', c.participant, 'participant_verified', c.participant_verified, 'collected_data', c.collected_data, 'metadata', c.metadata,
    'created_at', iso(c.created_at), 'ended_at', iso(c.ended_at))
$$;

-- Who is to hear of an event of this kind. The tenant is always compared: sweeps act for all tenants.
create function webhook_receivers(p_tenant uuid, p_type text, p_agent uuid, p_version integer) returns table (endpoint_id uuid)
language sql stable as $$
  select id from webhook_endpoints
   where tenant_id = p_tenant and agent_version is null and is_active and events && webhook_patterns(p_type) and (agent_id is null or agent_id = p_agent)
  union all
  select id from webhook_endpoints
   where agent_id = p_agent and agent_version = p_version and tenant_id = p_tenant and is_active and events && webhook_patterns(p_type)
$$;

-- A trigger on the outbox: whoever writes a fact, in whichever transaction, has told the receivers too.
create function deliver_fact() returns trigger language plpgsql as $$
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
create trigger deliver_fact after insert on outbox for each row
  when (new.subject like 'sessions.v1.event.%' or new.subject like 'links.v1.event.%') execute function deliver_fact();

-- Messages have no fact in the outbox; most tenants have no receiver either, which costs them one look at an index.
create function deliver_message() returns trigger language plpgsql as $$
declare c text_conversations; v_event uuid := gen_random_uuid(); v_receivers uuid[];
begin
  if not exists (select from webhook_endpoints where tenant_id = new.tenant_id and agent_version is null and is_active
                   and events && array['message.completed', 'message.*', '*']) then return null; end if;
  select * into c from text_conversations where id = new.conversation_id;
  select array_agg(endpoint_id) into v_receivers from webhook_receivers(new.tenant_id, 'message.completed', c.agent_id, null);
  insert into webhook_deliveries (tenant_id, endpoint_id, event_id, type, conversation_id, turn_seq, data)
  select new.tenant_id, r, v_event, 'message.completed', c.id, new.seq,
         jsonb_build_object('session_id', c.session_id, 'conversation_id', c.id, 'agent_id', c.agent_id, 'agent_version', c.agent_version,
           'link_id', c.link_id, 'metadata', c.metadata, 'turn_id', c.id || '.' || new.seq)
    from unnest(coalesce(v_receivers, '{}')) r on conflict do nothing;
  return null;
end $$;
create trigger deliver_message after update of status on session_turns for each row
  when (new.status = 'done' and old.status = 'pending' and new.kind = 'message') execute function deliver_message();

-- A version that has a webhook brings its receiver along.
create function keep_version_webhook() returns trigger language plpgsql as $$
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
create trigger keep_version_webhook after insert on agent_versions for each row execute function keep_version_webhook();

-- Delivering ------------------------------------------------------------------------------------------------------------
-- Takes due deliveries for p_hold_ms, of each endpoint no more than p_each at a time in the whole house, and one at a time of an endpoint that
-- keeps failing: a receiver that hangs holds its own places only. What waits for an endpoint that was switched off is cancelled.
create function claim_webhooks(p_limit integer, p_each integer, p_hold_ms integer)
returns table (id uuid, tenant_id uuid, endpoint_id uuid, event_id uuid, type text, conversation_id uuid, turn_seq integer, data jsonb, occurred_at text,
               attempt integer, url text, settings jsonb, of_version boolean, secret_sealed text, previous_secret_sealed text,
               include_transcript boolean, include_latency_metrics boolean)
language plpgsql security definer set search_path = public as $$
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
    returning d.id, d.tenant_id, d.endpoint_id, d.event_id, d.type, d.conversation_id, d.turn_seq, d.data, iso(d.occurred_at), d.attempts, e.url, e.settings,
      e.agent_version is not null, e.secret_sealed, case when e.previous_secret_until > v_now then e.previous_secret_sealed end,
      e.include_transcript, e.include_latency_metrics;
    get diagnostics v_round = row_count;
    v_taken := v_taken + v_round;
  end loop;
end $$;

-- Writes down how an attempt went; one that was overtaken changes nothing. p: {id, attempt, outcome, status, ms, body, retry_ms (null = no more),
-- gone, disable_after_hours}. Answers whether the endpoint was switched off by it.
create function settle_webhook(p_tenant uuid, p jsonb) returns boolean language plpgsql as $$
declare d webhook_deliveries; e webhook_endpoints; v_now timestamptz := clock_timestamp(); v_good boolean := p ->> 'outcome' = 'delivered'; v_reason text;
begin
  perform enter_tenant(p_tenant);
  -- The endpoint first, always: attempts of one endpoint that end together wait here and nowhere else.
  select w.* into e from webhook_endpoints w join webhook_deliveries x on x.endpoint_id = w.id where x.id = (p ->> 'id')::uuid for no key update of w;
  if not found then return false; end if;
  update webhook_deliveries set outcome = p ->> 'outcome', response_status = (p ->> 'status')::int, response_ms = (p ->> 'ms')::int, response_body = p ->> 'body',
         claimed_until = null,
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

create function purge_webhook_deliveries(p_older interval, p_limit integer) returns integer language sql security definer set search_path = public as $$
  with gone as (delete from webhook_deliveries where id in
      (select id from webhook_deliveries where ended_at < clock_timestamp() - p_older order by ended_at limit p_limit for update skip locked) returning 1)
  select count(*)::integer from gone
$$;

-- What a payload shows beside its facts, read when it is sent: p {turn_seq, transcript, latency, analysis, escalation: id}.
create function webhook_content(p_tenant uuid, p_conversation uuid, p jsonb) returns jsonb language plpgsql as $$
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

-- Analyses ---------------------------------------------------------------------------------------------------------------
alter table agent_versions add column asks_after_end boolean not null default false;

create function asks_after_end(p_document json) returns boolean language sql immutable as $$
  select case when p_document #>> '{workflow,post_call_analysis,enabled}' is distinct from 'true' then false
              when json_typeof(p_document #> '{workflow,post_call_analysis,questions}') is distinct from 'array' then false
              else json_array_length(p_document #> '{workflow,post_call_analysis,questions}') > 0 end
$$;

create function mark_asking_version() returns trigger language plpgsql as $$
begin
  new.asks_after_end := asks_after_end(new.document);
  return new;
end $$;
create trigger mark_asking_version before insert on agent_versions for each row execute function mark_asking_version();

create table session_analyses (
  conversation_id uuid primary key references text_conversations on delete cascade,
  tenant_id uuid not null references tenants,
  status text not null default 'pending' check (status in ('pending', 'done', 'failed')),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default clock_timestamp(),
  -- question → answer, null = the conversation does not say
  answers jsonb,
  -- required questions without an answer
  unanswered text[] not null default '{}',
  model text,
  input_tokens integer,
  output_tokens integer,
  error_code text,
  created_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz
);
select protect_by_tenant('session_analyses');
create index session_analyses_due on session_analyses (next_attempt_at) where status = 'pending';

create function ask_for_analysis(c text_conversations) returns void language plpgsql as $$
begin
  -- Without a word of the visitor there is nothing to ask about.
  if c.total_turns > 0 and exists (select from agent_versions v where v.agent_id = c.agent_id and v.version = c.agent_version and v.asks_after_end) then
    insert into session_analyses (conversation_id, tenant_id) values (c.id, c.tenant_id) on conflict do nothing;
  end if;
end $$;

create function session_analysis(p_conversation uuid) returns jsonb language sql stable as $$
  select jsonb_build_object('status', status, 'answers', answers, 'unanswered', to_jsonb(unanswered), 'model', model,
           'error_code', error_code, 'created_at', iso(created_at), 'ended_at', iso(ended_at))
    from session_analyses where conversation_id = p_conversation
$$;

create function read_session_analysis(p_access jsonb) returns jsonb language plpgsql as $$
begin
  return session_analysis(resolve_access(p_access));
end $$;

-- Takes analyses that wait; nobody else takes them for p_hold_ms.
create function claim_analyses(p_limit integer, p_hold_ms integer)
returns table (conversation_id uuid, tenant_id uuid, session_id text, agent_id uuid, agent_version integer, attempt integer)
language plpgsql security definer set search_path = public as $$
begin
  return query
  update session_analyses a set attempts = a.attempts + 1, next_attempt_at = clock_timestamp() + make_interval(secs => p_hold_ms / 1000.0)
    from text_conversations c
   where c.id = a.conversation_id and a.conversation_id in (select d.conversation_id from session_analyses d where d.status = 'pending'
           and d.next_attempt_at <= clock_timestamp() order by d.next_attempt_at limit p_limit for no key update skip locked)
  returning a.conversation_id, a.tenant_id, c.session_id, c.agent_id, c.agent_version, a.attempts;
end $$;

-- What was said, oldest first: the newest p_limit messages.
create function analysis_history(p_tenant uuid, p_conversation uuid, p_limit integer) returns table (role text, content text) language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  return query
  select m.role, m.content from (select * from text_conversation_messages x where x.conversation_id = p_conversation and x.status = 'done'
      and x.created_at >= (select c.created_at from text_conversations c where c.id = p_conversation) order by x.sequence desc limit p_limit) m order by m.sequence;
end $$;

-- Keeps the answers, once: a second result, or one of an attempt that was overtaken, finds nothing to write. The fact goes with it.
create function finish_analysis(p_tenant uuid, p_conversation uuid, p_attempt integer, p jsonb) returns boolean language plpgsql as $$
declare v_session text;
begin
  perform enter_tenant(p_tenant);
  update session_analyses set status = 'done', answers = p -> 'answers', model = p ->> 'model', error_code = null, ended_at = clock_timestamp(),
         unanswered = array(select jsonb_array_elements_text(p -> 'unanswered')),
         input_tokens = (p ->> 'input_tokens')::int, output_tokens = (p ->> 'output_tokens')::int
   where conversation_id = p_conversation and status = 'pending' and attempts = p_attempt;
  if not found then return false; end if;
  select session_id into v_session from text_conversations where id = p_conversation;
  insert into outbox (tenant_id, subject, key, payload)
  values (p_tenant, 'sessions.v1.event.analyzed', v_session,
          jsonb_build_object('tenantId', p_tenant, 'sessionId', v_session, 'conversationId', p_conversation));
  return true;
end $$;

-- p_retry_ms null = given up.
create function fail_analysis(p_tenant uuid, p_conversation uuid, p_attempt integer, p_code text, p_retry_ms integer) returns void language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update session_analyses set error_code = p_code, status = case when p_retry_ms is null then 'failed' else 'pending' end,
         ended_at = case when p_retry_ms is null then clock_timestamp() end,
         next_attempt_at = clock_timestamp() + make_interval(secs => coalesce(p_retry_ms, 0) / 1000.0)
   where conversation_id = p_conversation and status = 'pending' and attempts = p_attempt;
end $$;

-- Versions that are there already. The owner of the tables is held to the policies too, so they are lifted for the moment.
alter table agent_versions no force row level security;
alter table webhook_endpoints no force row level security;
update agent_versions set asks_after_end = true where asks_after_end(document);
insert into webhook_endpoints (id, tenant_id, agent_id, agent_version, url, events, include_transcript, include_latency_metrics, settings, created_by)
select gen_random_uuid(), v.tenant_id, v.agent_id, v.version, w ->> 'url',
       coalesce((select array_agg('session.' || e) from jsonb_array_elements_text(coalesce(w -> 'events', '["started", "ended", "analyzed"]')) e), '{}'),
       coalesce((w ->> 'include_transcript')::boolean, false), coalesce((w ->> 'include_latency_metrics')::boolean, false),
       w - array['enabled', 'url', 'events', 'include_transcript', 'include_latency_metrics'], 'agent'
  from agent_versions v cross join lateral (select (v.document #> '{workflow,webhook}')::jsonb as w) x
 where w ->> 'enabled' = 'true' and coalesce(w ->> 'url', '') <> '';
alter table agent_versions force row level security;
alter table webhook_endpoints force row level security;

grant create on schema public to parley_jobs;
do $$
declare f text;
begin
  foreach f in array array['claim_webhooks(integer, integer, integer)', 'purge_webhook_deliveries(interval, integer)', 'claim_analyses(integer, integer)'] loop
    execute format('alter function %s owner to parley_jobs', f);
    execute format('revoke all on function %s from public', f);
    execute format('grant execute on function %s to parley_app, parley_jobs', f);
  end loop;
end $$;
revoke create on schema public from parley_jobs;
