-- Only what was announced becomes a file: two uploads under one id cannot mix, and a missing chunk is always noticed.
create or replace function finish_file(p_access jsonb, p_file uuid, p_bytes integer, p_sha256 bytea)
returns json
language plpgsql as $$
declare
  v_id uuid := resolve_access(p_access);
  f session_files;
  v_data bytea;
begin
  select * into f
  from session_files
  where id = p_file and conversation_id = v_id
  for no key update;
  if not found then perform fail('file_not_found'); end if;
  if f.complete then
    if f.sha256 <> p_sha256 then perform fail('conflict'); end if;
    return file_json(f);
  end if;
  if f.created_at < clock_timestamp() - upload_time() then
    perform fail('file_not_found');
  end if;
  select coalesce(string_agg(data, '' order by n), '') into v_data
  from session_file_chunks
  where file_id = p_file;
  if length(v_data) <> p_bytes or sha256(v_data) <> p_sha256 then
    perform fail('conflict');
  end if;
  update session_files
  set complete = true, bytes = p_bytes, sha256 = p_sha256
  where id = p_file
  returning * into f;
  return file_json(f);
end
$$;
