-- Begins an upload: takes one of the session's p_max_count places and counts the session against its link. The
-- conversation's row is the queue, so parallel uploads are counted one after the other. Idempotent by p_file: the same
-- name and media type go on. Answers {complete: the file, when it is already there}.
create or replace function begin_file(
  p_access jsonb, p_file uuid, p_name text, p_media_type text, p_max_count integer
)
returns json
language plpgsql as $$
declare
  v_id uuid := resolve_access(p_access);
  c text_conversations;
  f session_files;
  v_now timestamptz;
begin
  -- A crowd before a full session is sent away without queueing for the row's lock; the count under the lock decides.
  if not exists (select from session_files where id = p_file)
    and (
      select count(*)
      from session_files
      where conversation_id = v_id
        and not by_team
        and (complete or created_at >= clock_timestamp() - upload_time())
    ) >= p_max_count
  then
    perform fail('files_exhausted');
  end if;
  select * into c from text_conversations where id = v_id for no key update;
  v_now := clock_timestamp();
  select * into f
  from session_files
  where id = p_file and conversation_id = v_id;
  if found and f.complete then
    if f.name <> p_name or f.media_type <> p_media_type then
      perform fail('idempotency_key_reused');
    end if;
    return json_build_object('complete', file_json(f));
  end if;
  if session_refusal(c, v_now) is not null then perform fail(session_refusal(c, v_now)); end if;
  if c.link_id is not null
    and not exists (
      select
      from temporary_chat_links l
      where l.id = c.link_id
        and l.is_active
        and l.deleted_at is null
        and (l.expires_at is null or l.expires_at > v_now)
    )
  then
    perform fail('link_unavailable');
  end if;
  if not count_session(c) then perform fail('sessions_exhausted'); end if;
  delete from session_files
  where conversation_id = v_id
    and not complete
    and created_at < v_now - upload_time();
  select * into f
  from session_files
  where id = p_file and conversation_id = v_id;
  if found then
    if f.name <> p_name or f.media_type <> p_media_type then
      perform fail('idempotency_key_reused');
    end if;
    return json_build_object('complete', null);
  end if;
  if (select count(*) from session_files where conversation_id = v_id and not by_team) >= p_max_count then
    perform fail('files_exhausted');
  end if;
  insert into session_files (id, tenant_id, conversation_id, name, media_type, bytes, sha256, created_at)
  values (p_file, c.tenant_id, v_id, p_name, p_media_type, 0, '', v_now);
  return json_build_object('complete', null);
end
$$;
