-- When the content of a session is to go by what its link says; null = the link says nothing.
create or replace function own_purge_time(p_deleted timestamptz, p_days integer, p_ended timestamptz)
returns timestamptz
language sql immutable as $$
  select case when p_deleted is not null then p_ended else p_ended + make_interval(hours => 24 * p_days) end
$$;
