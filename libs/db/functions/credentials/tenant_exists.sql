-- Whether there is a tenant with this id.
create or replace function tenant_exists(p_tenant uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from tenants where id = p_tenant)
$$;

select run_across_tenants('tenant_exists');
