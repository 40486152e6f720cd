-- Sessions of all tenants that are not over, for the metric. Reads one partial index (text_conversations_idle).
create or replace function active_sessions() returns bigint
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*) from text_conversations where ended_at is null
$$;

select run_across_tenants('active_sessions');
