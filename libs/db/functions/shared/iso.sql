-- Stable like to_char() itself: declared stricter, it could not be inlined and would be planned at every call.
create or replace function iso(p_time timestamptz) returns text
language sql stable parallel safe as $$
  select to_char(p_time at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;
