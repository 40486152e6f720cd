-- Takes one of p_max_count places for an upload to a session whose row the caller has locked: places of the team
-- (p_by_team) and of the visitor are counted apart, and unfinished uploads lose theirs in time. Idempotent by p_file:
-- the same name and media type continue. Returns {complete: the file, when it is already stored}.
create or replace function take_file_place(
  c text_conversations, p_file uuid, p_name text, p_media_type text, p_max_count integer, p_by_team boolean
)
returns json
language plpgsql as $$
declare
  v_now timestamptz := clock_timestamp();
  f session_files;
begin
  delete from session_files
  where conversation_id = c.id
    and not complete
    and created_at < v_now - upload_time();
  select * into f
  from session_files
  where id = p_file and conversation_id = c.id;
  if found then
    if f.name <> p_name or f.media_type <> p_media_type then
      perform fail('idempotency_key_reused');
    end if;
    return json_build_object('complete', case when f.complete then file_json(f) end);
  end if;
  if (select count(*) from session_files where conversation_id = c.id and by_team = p_by_team) >= p_max_count then
    perform fail('files_exhausted');
  end if;
  insert into session_files (id, tenant_id, conversation_id, name, media_type, bytes, sha256, by_team, created_at)
  values (p_file, c.tenant_id, c.id, p_name, p_media_type, 0, '', p_by_team, v_now);
  return json_build_object('complete', null);
end
$$;
