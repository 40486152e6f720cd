-- For replicas of the previous release, which sign in a user of several tenants to the one seen last; replaced by
-- oidc_users().
create or replace function users_for_oidc(p_subject text, p_email text)
returns table (id uuid, tenant_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select id, tenant_id from oidc_users(p_subject, p_email)
$$;

select run_across_tenants('users_for_oidc');
