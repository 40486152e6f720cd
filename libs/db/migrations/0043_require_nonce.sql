-- Whether a signing key, or every key of a tenant, signs only with a nonce.
alter table api_keys add column require_nonce boolean not null default false;
alter table tenants add column require_nonce boolean not null default false;

-- As before, with whether the key or its tenant asks for a nonce. A function cannot get another row type while it exists.
drop function api_key_by_id(text);
create function api_key_by_id(p_key_id text)
returns table (id uuid, tenant_id uuid, secret_sealed text, scopes text[], require_nonce boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select k.id, k.tenant_id, k.secret_sealed, k.scopes, k.require_nonce or t.require_nonce
    from api_keys k join tenants t on t.id = k.tenant_id
   where k.key_id = p_key_id and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
$$;
drop function list_tenants(timestamptz, uuid, integer);
create function list_tenants(p_created timestamptz, p_id uuid, p_limit integer)
returns table (id uuid, name text, created_at timestamptz, require_nonce boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select t.id, t.name, t.created_at, t.require_nonce from tenants t
   where p_created is null or (t.created_at, t.id) < (p_created, p_id)
   order by t.created_at desc, t.id desc limit p_limit
$$;

grant create on schema public to parley_jobs;
alter function api_key_by_id(text) owner to parley_jobs;
alter function list_tenants(timestamptz, uuid, integer) owner to parley_jobs;
revoke create on schema public from parley_jobs;
revoke all on function api_key_by_id(text), list_tenants(timestamptz, uuid, integer) from public;
grant execute on function api_key_by_id(text), list_tenants(timestamptz, uuid, integer) to parley_app, parley_jobs;
