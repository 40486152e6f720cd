-- Deletes keys older than p_older, at most p_limit. Returns how many.
create or replace function purge_idempotency_keys(p_older interval, p_limit integer) returns integer
language sql security definer set search_path = public, pg_temp as $$
  with gone as (
    delete from idempotency_keys
    where (tenant_id, scope, key) in (
      select tenant_id, scope, key from idempotency_keys where created_at < clock_timestamp() - p_older limit p_limit
    )
    returning 1
  )
  select count(*)::integer
  from gone
$$;

select run_across_tenants('purge_idempotency_keys');
