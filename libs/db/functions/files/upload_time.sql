-- An upload may take this long; afterwards it cannot be finished, and its place is free.
create or replace function upload_time() returns interval
language sql immutable as $$
  select interval '10 minutes'
$$;
