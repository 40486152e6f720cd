-- A text with an address taken out of it.
create or replace function without_address(p_text text, p_address text) returns text
language sql immutable parallel safe as $$
  select regexp_replace(p_text, address_pattern(p_address), '[erased]', 'gi')
$$;
