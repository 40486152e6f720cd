-- Takes due deliveries of workflow actions for p_hold_ms, with their payload. Those that ended a week ago are deleted
-- in passing, a hundred at a time.
create or replace function claim_action_webhooks(p_limit integer, p_hold_ms integer)
returns table (id uuid, tenant_id uuid, url text, payload jsonb, traceparent text, attempts integer)
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  delete from action_webhooks w
  where w.id in (
    select d.id
    from action_webhooks d
    where d.ended_at < clock_timestamp() - interval '7 days'
    order by d.ended_at
    limit 100
    for update skip locked
  );
  return query
  update action_webhooks w
  set attempts = w.attempts + 1, next_attempt_at = clock_timestamp() + make_interval(secs => p_hold_ms / 1000.0)
  where w.id in (
    select d.id
    from action_webhooks d
    where d.ended_at is null and d.next_attempt_at <= clock_timestamp()
    order by d.next_attempt_at
    limit p_limit
    for no key update skip locked
  )
  returning w.id, w.tenant_id, w.url, w.payload, w.traceparent, w.attempts;
end
$$;

select run_across_tenants('claim_action_webhooks');
