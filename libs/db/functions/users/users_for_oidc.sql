-- The users, of any tenant, whom an account of the identity provider may sign in: those bound to it, and those not
-- bound to any whose address it has proven. The one seen last first; at most 10.
create or replace function users_for_oidc(p_subject text, p_email text)
returns table (id uuid, tenant_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select id, tenant_id
  from users
  where removed_at is null and (oidc_subject = p_subject or (oidc_subject is null and email = p_email))
  order by oidc_subject nulls last, last_seen_at desc nulls last, id
  limit 10
$$;

select run_across_tenants('users_for_oidc');
