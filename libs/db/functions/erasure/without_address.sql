-- A text with an address removed.
create or replace function without_address(p_text text, p_address text) returns text
language sql immutable parallel safe as $$
  select regexp_replace(p_text, address_pattern(p_address), '[erased]', 'gi')
$$;
