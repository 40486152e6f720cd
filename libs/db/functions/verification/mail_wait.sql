-- Seconds until a time is p_period ago; 0 = it is, or there is none.
create or replace function mail_wait(p_at timestamptz, p_period interval) returns integer
language sql volatile as $$
  select greatest(0, ceil(coalesce(extract(epoch from p_at + p_period - clock_timestamp()), 0)))::integer
$$;
