-- The users, across tenants, whom an account of the identity provider may sign in: one per tenant, the one bound to the
-- account, else the unbound one whose address it has proven (p_email, null = none). The one seen last first; at most
-- 50.
create or replace function oidc_users(p_subject text, p_email text)
returns table (id uuid, tenant_id uuid, tenant text, role text, last_seen_at text)
language sql stable security definer set search_path = public, pg_temp as $$
  select one.id, one.tenant_id, one.tenant, one.role, iso(one.seen)
  from (
    select distinct on (u.tenant_id) u.id, u.tenant_id, t.name as tenant, u.role, u.last_seen_at as seen
    from users u
    join tenants t on t.id = u.tenant_id
    where u.removed_at is null
      and u.disabled_at is null
      and (u.oidc_subject = p_subject or (u.oidc_subject is null and u.email = p_email))
    order by u.tenant_id, u.oidc_subject nulls last
  ) one
  order by one.seen desc nulls last, one.id
  limit 50
$$;

select run_across_tenants('oidc_users');
