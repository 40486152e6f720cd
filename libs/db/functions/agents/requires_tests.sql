-- Whether an agent document asks for a green test run before it goes live.
create or replace function requires_tests(p_document json) returns boolean
language sql immutable as $$
  select coalesce((p_document #>> '{agent,require_tests}')::boolean, false)
$$;
