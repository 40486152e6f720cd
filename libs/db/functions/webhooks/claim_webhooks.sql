-- Claims due deliveries for p_hold_ms: at most p_each at a time per receiver over all replicas, and one at a time of an
-- endpoint that keeps failing, so a receiver that hangs occupies only its own slots. A receiver is an endpoint, or the
-- workflow actions of a tenant. Cancels deliveries to an endpoint that was switched off.
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
  v_receiver uuid;
  e webhook_endpoints;
  a action_webhook_secrets;
  v_now timestamptz;
  v_taken integer := 0;
  v_round integer;
  v_free integer;
begin
  for v_receiver in
    -- One step of the index for each receiver with waiting deliveries, however many.
    with recursive waiting as (
      (select d.receiver_id from webhook_deliveries d where d.ended_at is null order by d.receiver_id limit 1)
      union all
      select (
        select d.receiver_id
        from webhook_deliveries d
        where d.ended_at is null and d.receiver_id > w.receiver_id
        order by d.receiver_id
        limit 1
      )
      from waiting w
      where w.receiver_id is not null
    )
    select w.receiver_id
    from waiting w
    where w.receiver_id is not null
    order by random()
  loop
    exit when v_taken >= p_limit;
    -- Workflow actions have no endpoint: e is null.
    select * into e from webhook_endpoints w where w.id = v_receiver;
    v_now := clock_timestamp();
    if e.is_active is false then
      update webhook_deliveries d
      set status = 'cancelled', ended_at = v_now
      where d.id in (
        select x.id
        from webhook_deliveries x
        where x.receiver_id = v_receiver
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
      where d.receiver_id = v_receiver
        and d.ended_at is null
        and d.next_attempt_at <= v_now
        and (d.claimed_until is null or d.claimed_until < v_now)
    );
    -- One claimer at a time per receiver, else two could each fill its slots. Locked only when something is due: such
    -- locks are few.
    continue when not pg_try_advisory_xact_lock(hashtextextended('webhook:' || v_receiver, 0));
    v_now := clock_timestamp();
    select count(*) into v_free
    from webhook_deliveries d
    where d.receiver_id = v_receiver
      and d.ended_at is null
      and d.claimed_until > v_now;
    v_free := least(p_limit - v_taken, (case when e.failures >= 3 then 1 else p_each end) - v_free);
    continue when v_free <= 0;
    select * into a from action_webhook_secrets s where e.id is null and s.tenant_id = v_receiver;
    return query
    update webhook_deliveries d
    set
      attempts = d.attempts + 1,
      last_attempt_at = v_now,
      claimed_until = v_now + make_interval(secs => p_hold_ms / 1000.0)
    where d.id in (
      select x.id
      from webhook_deliveries x
      where x.receiver_id = v_receiver
        and x.ended_at is null
        and x.next_attempt_at <= v_now
        and (x.claimed_until is null or x.claimed_until < v_now)
      order by x.next_attempt_at
      limit v_free
      for no key update skip locked
    )
    returning
      d.id, d.tenant_id, d.endpoint_id, d.event_id, d.type, d.conversation_id, d.turn_seq, d.data, d.data_sealed,
      d.traceparent, iso(d.occurred_at), d.attempts, coalesce(d.url, e.url), coalesce(e.settings, '{}'),
      e.agent_version is not null, coalesce(e.secret_sealed, a.secret_sealed),
      case
        when e.previous_secret_until > v_now then e.previous_secret_sealed
        when a.previous_secret_until > v_now then a.previous_secret_sealed
      end,
      coalesce(e.include_transcript, false), coalesce(e.include_latency_metrics, false);
    get diagnostics v_round = row_count;
    v_taken := v_taken + v_round;
  end loop;
end
$$;

select run_across_tenants('claim_webhooks');
