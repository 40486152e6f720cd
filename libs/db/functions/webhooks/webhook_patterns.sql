-- The entries of an endpoint's `events` that match a type: its name, its group, or all.
create or replace function webhook_patterns(p_type text) returns text[]
language sql immutable as $$
  select array[p_type, split_part(p_type, '.', 1) || '.*', '*']
$$;
