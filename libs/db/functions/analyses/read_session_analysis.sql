-- session_analysis() for the holder of p_access.
create or replace function read_session_analysis(p_access jsonb) returns jsonb
language plpgsql as $$
begin
  return session_analysis(resolve_access(p_access));
end
$$;
