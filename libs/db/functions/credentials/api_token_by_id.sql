-- The owner token with this public id, of any tenant; nothing when it is unknown or revoked, or the tenant is
-- suspended.
create or replace function api_token_by_id(p_token_id text)
returns table (id uuid, tenant_id uuid, token_hash bytea, role text)
language sql stable security definer set search_path = public, pg_temp as $$
  select a.id, a.tenant_id, a.token_hash, a.role
  from api_tokens a
  join tenants t on t.id = a.tenant_id
  where a.token_id = p_token_id and a.revoked_at is null and t.suspended_at is null
$$;

select run_across_tenants('api_token_by_id');
