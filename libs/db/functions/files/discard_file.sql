-- Removes an upload that no message has carried. False = there is none.
create or replace function discard_file(p_access jsonb, p_file uuid) returns boolean
language plpgsql as $$
declare
  v_id uuid := resolve_access(p_access);
begin
  delete from session_files
  where id = p_file and conversation_id = v_id and turn_seq is null and not keep;
  return found;
end
$$;
