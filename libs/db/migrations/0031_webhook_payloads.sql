-- What webhooks carry names people, and the log outlives what it tells of: payloads lie sealed at rest, bound to tenant and row. The database
-- has no key, and a delivery must be written in the transaction of its fact, so a row is born readable and is sealed with its first attempt, or
-- within a look of the deliverers when none is made (rows that are cancelled, rows from before).
alter table webhook_deliveries add column data_sealed text;
-- of the message that caused it; null = the delivery begins a trace of its own
alter table webhook_deliveries add column traceparent text;
alter table action_webhooks add column traceparent text;
create index webhook_deliveries_readable on webhook_deliveries (created_at) where data_sealed is null;

create or replace function deliver_message() returns trigger language plpgsql as $$
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

create or replace function store_action_webhooks() returns trigger language plpgsql as $$
begin
  insert into action_webhooks (tenant_id, conversation_id, turn_seq, url, traceparent, payload)
  select new.tenant_id, new.conversation_id, new.seq, w ->> 'url', new.trace ->> 'traceparent',
         jsonb_build_object('type', 'workflow.action', 'timestamp', iso(clock_timestamp()), 'data', jsonb_build_object(
           'session_id', c.session_id, 'agent_id', c.agent_id, 'turn_id', c.id || '.' || new.seq,
           'node_id', w ->> 'node_id', 'phase', w ->> 'phase', 'variables', w -> 'variables'))
    from json_array_elements(new.trace -> 'webhooks') w join text_conversations c on c.id = new.conversation_id;
  return null;
end $$;

-- Both claims answer more than before, so they are made anew; what they do is unchanged.
drop function claim_webhooks(integer, integer, integer);
create function claim_webhooks(p_limit integer, p_each integer, p_hold_ms integer)
returns table (id uuid, tenant_id uuid, endpoint_id uuid, event_id uuid, type text, conversation_id uuid, turn_seq integer, data jsonb, data_sealed text,
               traceparent text, occurred_at text, attempt integer, url text, settings jsonb, of_version boolean, secret_sealed text,
               previous_secret_sealed text, include_transcript boolean, include_latency_metrics boolean)
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
    returning d.id, d.tenant_id, d.endpoint_id, d.event_id, d.type, d.conversation_id, d.turn_seq, d.data, d.data_sealed, d.traceparent, iso(d.occurred_at),
      d.attempts, e.url, e.settings, e.agent_version is not null, e.secret_sealed, case when e.previous_secret_until > v_now then e.previous_secret_sealed end,
      e.include_transcript, e.include_latency_metrics;
    get diagnostics v_round = row_count;
    v_taken := v_taken + v_round;
  end loop;
end $$;

drop function claim_action_webhooks(integer, integer);
create function claim_action_webhooks(p_limit integer, p_hold_ms integer)
returns table (id uuid, tenant_id uuid, url text, payload jsonb, traceparent text, attempts integer)
language plpgsql security definer set search_path = public as $$
begin
  delete from action_webhooks w where w.id in (select d.id from action_webhooks d where d.ended_at < clock_timestamp() - interval '7 days'
    order by d.ended_at limit 100 for update skip locked);
  return query
  update action_webhooks w set attempts = w.attempts + 1, next_attempt_at = clock_timestamp() + make_interval(secs => p_hold_ms / 1000.0)
   where w.id in (select d.id from action_webhooks d where d.ended_at is null and d.next_attempt_at <= clock_timestamp()
                   order by d.next_attempt_at limit p_limit for no key update skip locked)
  returning w.id, w.tenant_id, w.url, w.payload, w.traceparent, w.attempts;
end $$;

-- As before, and seals the payload (p.sealed) of a first attempt.
create or replace function settle_webhook(p_tenant uuid, p jsonb) returns boolean language plpgsql as $$
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

-- What has ended is not sent again: its words are forgotten at once, the rest of the row tells of it for a week.
create or replace function settle_action_webhook(p_tenant uuid, p_id uuid, p_outcome text, p_retry_ms integer) returns void language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update action_webhooks set outcome = p_outcome, ended_at = case when p_retry_ms is null then clock_timestamp() end,
         payload = case when p_retry_ms is null then '{}' else payload end,
         next_attempt_at = clock_timestamp() + make_interval(secs => coalesce(p_retry_ms, 0) / 1000.0)
   where id = p_id and ended_at is null;
end $$;

-- Deliveries that lie readable, oldest first; one whose attempt is under way is sealed when that is written down.
create function readable_webhooks(p_limit integer) returns table (id uuid, tenant_id uuid, data jsonb) language sql security definer set search_path = public as $$
  select d.id, d.tenant_id, d.data from webhook_deliveries d
   where d.data_sealed is null and (d.claimed_until is null or d.claimed_until < clock_timestamp()) order by d.created_at limit p_limit
$$;

-- items: [{id, sealed}]. A row that somebody else has sealed, or has in hand, stays as it is. Answers how many were sealed.
create function seal_webhooks(items jsonb) returns integer language sql security definer set search_path = public as $$
  with given as (select * from jsonb_to_recordset(items) as i(id uuid, sealed text)),
  free as (select d.id from webhook_deliveries d where d.id in (select id from given) and d.data_sealed is null for no key update skip locked),
  done as (
    update webhook_deliveries d set data_sealed = g.sealed, data = '{}' from given g join free f on f.id = g.id where d.id = g.id returning 1)
  select count(*)::integer from done
$$;

grant create on schema public to parley_jobs;
do $$
declare f text;
begin
  foreach f in array array['claim_webhooks(integer, integer, integer)', 'claim_action_webhooks(integer, integer)', 'readable_webhooks(integer)', 'seal_webhooks(jsonb)'] loop
    execute format('alter function %s owner to parley_jobs', f);
    execute format('revoke all on function %s from public', f);
    execute format('grant execute on function %s to parley_app, parley_jobs', f);
  end loop;
end $$;
revoke create on schema public from parley_jobs;
