-- The name of the runner in a lease's owner: whoever took it by acquire_session(), also after leases of later messages
-- were granted in its place ("granted", a ticket, the name). Empty = none. Inlined.
create or replace function runner_of(p_owner text) returns text
language sql immutable as $$
  select case when p_owner like 'granted %' then split_part(p_owner, ' ', 3) else coalesce(p_owner, '') end
$$;
