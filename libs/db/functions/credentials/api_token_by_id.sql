-- The owner token with this public id, of any tenant; nothing when it is unknown or revoked.
create or replace function api_token_by_id(p_token_id text)
returns table (id uuid, tenant_id uuid, token_hash bytea, role text)
language sql stable security definer set search_path = public, pg_temp as $$
  select id, tenant_id, token_hash, role
  from api_tokens
  where token_id = p_token_id and revoked_at is null
$$;

select run_across_tenants('api_token_by_id');
