-- Tells the visitors of one link apart without saying who they were: a new salt makes the marks mean nothing.
create or replace function visitor_mark(p_salt uuid, p_person text) returns text
language sql immutable parallel safe as $$
  select encode(sha256(convert_to(p_salt || ':' || p_person, 'UTF8')), 'hex')
$$;
