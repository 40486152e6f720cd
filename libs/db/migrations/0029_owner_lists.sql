-- Owners see their credentials, newest first; operators see their tenants.
create index api_keys_newest on api_keys (tenant_id, created_at desc, id desc);
create index api_tokens_newest on api_tokens (tenant_id, created_at desc, id desc);
create index tenants_newest on tenants (created_at desc, id desc);

-- One page of all tenants before (p_created, p_id), newest first: names only. The caller is operator-wide.
create function list_tenants(p_created timestamptz, p_id uuid, p_limit integer)
returns table (id uuid, name text, created_at timestamptz)
language sql stable security definer set search_path = public as $$
  select t.id, t.name, t.created_at from tenants t
   where p_created is null or (t.created_at, t.id) < (p_created, p_id)
   order by t.created_at desc, t.id desc limit p_limit
$$;
grant create on schema public to parley_jobs;
alter function list_tenants(timestamptz, uuid, integer) owner to parley_jobs;
revoke create on schema public from parley_jobs;
revoke all on function list_tenants(timestamptz, uuid, integer) from public;
grant execute on function list_tenants(timestamptz, uuid, integer) to parley_app, parley_jobs;

-- A name stands for one agent: looked up at every change of a name.
create index agents_name on agents (tenant_id, name) where deleted_at is null;
