-- A regular expression that matches an address as a whole, not inside a longer one.
create or replace function address_pattern(p_address text) returns text
language sql immutable parallel safe as $$
  select '(?<![[:alnum:].!#$%&''*+/=?^_`{|}~-])'
    || regexp_replace(p_address, '([^[:alnum:]@])', '\\\1', 'g')
    || '(?![[:alnum:]-]|[.][[:alnum:]])'
$$;
