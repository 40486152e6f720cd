-- Unsealed deliveries, oldest first; one with an attempt in progress is sealed when that is recorded.
create or replace function readable_webhooks(p_limit integer)
returns table (id uuid, tenant_id uuid, data jsonb)
language sql security definer set search_path = public, pg_temp as $$
  select d.id, d.tenant_id, d.data
  from webhook_deliveries d
  where d.data_sealed is null
    and (d.claimed_until is null or d.claimed_until < clock_timestamp())
  order by d.created_at
  limit p_limit
$$;

select run_across_tenants('readable_webhooks');
