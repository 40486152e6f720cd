-- One chunk of a complete file. A backend reads a file once a message has carried it, visitors their own immediately.
create or replace function read_file_chunk(p_access jsonb, p_file uuid, p_n integer)
returns table (file json, data bytea)
language plpgsql as $$
declare
  v_id uuid := resolve_access(p_access);
  f session_files;
begin
  select * into f
  from session_files s
  where s.id = p_file
    and s.conversation_id = v_id
    and s.complete
    and (s.turn_seq is not null or s.keep or p_access ? 'link_id');
  if not found then perform fail('file_not_found'); end if;
  return query select file_json(f), (select k.data from session_file_chunks k where k.file_id = p_file and k.n = p_n);
end
$$;
