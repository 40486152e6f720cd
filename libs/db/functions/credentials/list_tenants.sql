-- One page of all tenants before (p_created, p_id), newest first: names and settings only. The caller is
-- operator-wide.
create or replace function list_tenants(p_created timestamptz, p_id uuid, p_limit integer)
returns table (id uuid, name text, created_at timestamptz, require_nonce boolean, suspended_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select t.id, t.name, t.created_at, t.require_nonce, t.suspended_at
  from tenants t
  where p_created is null or (t.created_at, t.id) < (p_created, p_id)
  order by t.created_at desc, t.id desc
  limit p_limit
$$;

select run_across_tenants('list_tenants');
