-- Begins an upload of the team for a session that goes on: takes one of its p_max_count places, which are not those of
-- the visitor. The conversation's row is the queue. Idempotent by p_file: the same name and media type go on. Answers
-- {complete: the file, when it is already there}.
create or replace function begin_team_file(
  p_access jsonb, p_file uuid, p_name text, p_media_type text, p_max_count integer
)
returns json
language plpgsql as $$
declare
  v_id uuid := resolve_access(p_access);
  c text_conversations;
  f session_files;
begin
  select * into c from text_conversations where id = v_id for no key update;
  if c.status <> 'active' then perform fail('session_ended'); end if;
  delete from session_files
  where conversation_id = v_id
    and not complete
    and created_at < clock_timestamp() - upload_time();
  select * into f
  from session_files
  where id = p_file and conversation_id = v_id;
  if found then
    if f.name <> p_name or f.media_type <> p_media_type then
      perform fail('idempotency_key_reused');
    end if;
    return json_build_object('complete', case when f.complete then file_json(f) end);
  end if;
  if (select count(*) from session_files where conversation_id = v_id and by_team) >= p_max_count then
    perform fail('files_exhausted');
  end if;
  insert into session_files (id, tenant_id, conversation_id, name, media_type, bytes, sha256, by_team, created_at)
  values (p_file, c.tenant_id, v_id, p_name, p_media_type, 0, '', true, clock_timestamp());
  return json_build_object('complete', null);
end
$$;
