-- The bucket of a duration: ten to a power of ten, so that a percentile of many is at most 13 percent off. p_ms:
-- milliseconds, null = there was none.
create or replace function time_bucket(p_ms numeric) returns text
language sql immutable parallel safe as $$
  select case when p_ms is not null then floor(10 * log(greatest(p_ms, 1)::float8))::integer::text end
$$;
