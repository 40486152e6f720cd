-- The oldest hour that rollups by hour are kept for: a day more than questions by hour reach back (HOURS_KEPT_DAYS), so
-- that none of what is asked for goes while it is asked.
create or replace function analytics_hours_since() returns timestamptz
language sql stable as $$
  select date_trunc('day', clock_timestamp(), 'UTC') - interval '91 days'
$$;
