-- Claims the next unclaimed erasure for p_seconds; no row = nothing is due. Returns only ids.
create or replace function claim_erasure(p_seconds integer)
returns table (erasure_id uuid, erasure_tenant uuid, erasure_claim uuid)
language sql security definer set search_path = public, pg_temp as $$
  update erasures e
  set
    claim = gen_random_uuid(),
    claimed_until = clock_timestamp() + make_interval(secs => p_seconds),
    state = 'running',
    started_at = coalesce(started_at, clock_timestamp())
  where id = (
    select id
    from erasures
    where state <> 'done'
      and next_at <= clock_timestamp()
      and (claimed_until is null or claimed_until < clock_timestamp())
    order by next_at
    limit 1
    for no key update skip locked
  )
  returning e.id, e.tenant_id, e.claim
$$;

select run_across_tenants('claim_erasure');
