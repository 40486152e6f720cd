-- Serialises the counting of sessions until the end of the transaction.
create or replace function analytics_lock() returns void
language sql as $$
  select pg_advisory_xact_lock(hashtextextended('analytics', 0))
$$;
