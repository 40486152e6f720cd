-- What all runners together have to do, over all tenants: turns that are accepted and not answered, those in work
-- included, and the age of the oldest in seconds. Reads one partial index (session_turns_pending), at most 100,000
-- entries of it: a longer queue asks for no other decision.
create or replace function backlog() returns table (pending_turns integer, oldest_pending_seconds double precision)
language sql stable security definer set search_path = public, pg_temp as $$
  select
    count(*)::integer,
    coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::double precision
  from (
    select created_at from session_turns where status = 'pending' order by created_at limit 100000
  ) t
$$;

select run_across_tenants('backlog');
