-- The oldest hour that rollups by hour are kept for: one day more than questions by hour reach back (HOURS_KEPT_DAYS),
-- so that nothing is deleted while it is being queried.
create or replace function analytics_hours_since() returns timestamptz
language sql stable as $$
  select date_trunc('day', clock_timestamp(), 'UTC') - interval '91 days'
$$;
