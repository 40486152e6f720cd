-- When the content of a session is purged by its link's setting; null = the link has none.
create or replace function own_purge_time(p_deleted timestamptz, p_days integer, p_ended timestamptz)
returns timestamptz
language sql immutable as $$
  select case when p_deleted is not null then p_ended else p_ended + make_interval(hours => 24 * p_days) end
$$;
