-- Takes due deliveries for p_hold_ms: of each endpoint no more than p_each at a time over all replicas, and one at a
-- time of an endpoint that keeps failing, so a receiver that hangs holds its own places only. Cancels what waits for
-- an endpoint that was switched off.
create or replace function claim_webhooks(p_limit integer, p_each integer, p_hold_ms integer)
returns table (
  id uuid,
  tenant_id uuid,
  endpoint_id uuid,
  event_id uuid,
  type text,
  conversation_id uuid,
  turn_seq integer,
  data jsonb,
  data_sealed text,
  traceparent text,
  occurred_at text,
  attempt integer,
  url text,
  settings jsonb,
  of_version boolean,
  secret_sealed text,
  previous_secret_sealed text,
  include_transcript boolean,
  include_latency_metrics boolean
)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_endpoint uuid;
  e webhook_endpoints;
  v_now timestamptz;
  v_taken integer := 0;
  v_round integer;
  v_free integer;
begin
  for v_endpoint in
    -- One step of the index for each endpoint that waits for something, however much it is.
    with recursive waiting as (
      (select d.endpoint_id from webhook_deliveries d where d.ended_at is null order by d.endpoint_id limit 1)
      union all
      select (
        select d.endpoint_id
        from webhook_deliveries d
        where d.ended_at is null and d.endpoint_id > w.endpoint_id
        order by d.endpoint_id
        limit 1
      )
      from waiting w
      where w.endpoint_id is not null
    )
    select w.endpoint_id
    from waiting w
    where w.endpoint_id is not null
    order by random()
  loop
    exit when v_taken >= p_limit;
    select * into e from webhook_endpoints w where w.id = v_endpoint;
    v_now := clock_timestamp();
    if not e.is_active then
      update webhook_deliveries d
      set status = 'cancelled', ended_at = v_now
      where d.id in (
        select x.id
        from webhook_deliveries x
        where x.endpoint_id = e.id
          and x.ended_at is null
          and (x.claimed_until is null or x.claimed_until < v_now)
        limit 1000
        for no key update skip locked
      );
      continue;
    end if;
    continue when not exists (
      select
      from webhook_deliveries d
      where d.endpoint_id = e.id
        and d.ended_at is null
        and d.next_attempt_at <= v_now
        and (d.claimed_until is null or d.claimed_until < v_now)
    );
    -- One claimer at a time for an endpoint, else two could each fill its places. Taken only where something is due:
    -- such locks are few.
    continue when not pg_try_advisory_xact_lock(hashtextextended('webhook:' || v_endpoint, 0));
    v_now := clock_timestamp();
    select count(*) into v_free
    from webhook_deliveries d
    where d.endpoint_id = e.id
      and d.ended_at is null
      and d.claimed_until > v_now;
    v_free := least(p_limit - v_taken, (case when e.failures >= 3 then 1 else p_each end) - v_free);
    continue when v_free <= 0;
    return query
    update webhook_deliveries d
    set
      attempts = d.attempts + 1,
      last_attempt_at = v_now,
      claimed_until = v_now + make_interval(secs => p_hold_ms / 1000.0)
    where d.id in (
      select x.id
      from webhook_deliveries x
      where x.endpoint_id = e.id
        and x.ended_at is null
        and x.next_attempt_at <= v_now
        and (x.claimed_until is null or x.claimed_until < v_now)
      order by x.next_attempt_at
      limit v_free
      for no key update skip locked
    )
    returning
      d.id, d.tenant_id, d.endpoint_id, d.event_id, d.type, d.conversation_id, d.turn_seq, d.data, d.data_sealed,
      d.traceparent, iso(d.occurred_at), d.attempts, e.url, e.settings, e.agent_version is not null, e.secret_sealed,
      case when e.previous_secret_until > v_now then e.previous_secret_sealed end, e.include_transcript,
      e.include_latency_metrics;
    get diagnostics v_round = row_count;
    v_taken := v_taken + v_round;
  end loop;
end
$$;

select run_across_tenants('claim_webhooks');
