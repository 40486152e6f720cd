-- The session of a user with this public id, across tenants, with the user's current role; no row when it is unknown,
-- ended, expired, or unused for p_idle_hours, the user was removed or disabled, or the tenant is suspended.
create or replace function user_session_by_token_id(p_token_id text, p_idle_hours integer)
returns table (id uuid, tenant_id uuid, user_id uuid, token_hash bytea, role text)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.id, s.tenant_id, s.user_id, s.token_hash, u.role
  from user_sessions s
  join users u on u.id = s.user_id
  join tenants t on t.id = s.tenant_id
  where s.token_id = p_token_id
    and s.ended_at is null
    and s.expires_at > now()
    and s.last_used_at > now() - make_interval(hours => p_idle_hours)
    and u.removed_at is null
    and u.disabled_at is null
    and t.suspended_at is null
$$;

select run_across_tenants('user_session_by_token_id');
