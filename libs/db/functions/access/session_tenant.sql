-- The tenant of a session id; null = unknown.
create or replace function session_tenant(p_session text) returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select tenant_id from text_conversations where session_id = p_session
$$;

select run_across_tenants('session_tenant');
