-- Sessions of all tenants that are not over, for the metric. Reads one partial index (text_conversations_idle).
create function active_sessions() returns bigint language sql stable security definer set search_path = public, pg_temp as $$
  select count(*) from text_conversations where ended_at is null
$$;

grant create on schema public to parley_jobs;
alter function active_sessions() owner to parley_jobs;
revoke create on schema public from parley_jobs;
revoke all on function active_sessions() from public;
grant execute on function active_sessions() to parley_app, parley_jobs;
