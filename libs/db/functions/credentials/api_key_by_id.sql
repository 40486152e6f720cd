-- The signing key with this public id, of any tenant; nothing when it is unknown, revoked or past its rotation, or
-- the tenant is suspended. require_nonce: the key or its tenant takes signatures with a nonce only.
create or replace function api_key_by_id(p_key_id text)
returns table (id uuid, tenant_id uuid, secret_sealed text, scopes text[], require_nonce boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select k.id, k.tenant_id, k.secret_sealed, k.scopes, k.require_nonce or t.require_nonce
  from api_keys k
  join tenants t on t.id = k.tenant_id
  where k.key_id = p_key_id
    and k.revoked_at is null
    and t.suspended_at is null
    and (k.expires_at is null or k.expires_at > now())
$$;

select run_across_tenants('api_key_by_id');
