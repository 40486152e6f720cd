-- The work of all runners together, across tenants: turns accepted and not answered, running ones included, and the age
-- of the oldest in seconds. Reads one partial index (session_turns_pending), at most 100,000 entries of it: a longer
-- queue would not change the decision.
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
