-- Whether a text contains an address as a whole, ignoring case.
create or replace function names_address(p_text text, p_address text) returns boolean
language sql immutable parallel safe as $$
  select strpos(lower(p_text), p_address) > 0 and p_text ~* address_pattern(p_address)
$$;
