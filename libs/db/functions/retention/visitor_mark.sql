-- Distinguishes the visitors of one link without identifying them: a new salt makes the marks meaningless.
create or replace function visitor_mark(p_salt uuid, p_person text) returns text
language sql immutable parallel safe as $$
  select encode(sha256(convert_to(p_salt || ':' || p_person, 'UTF8')), 'hex')
$$;
