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
  -- A file that is there already is answered although the session is over or the link is gone.
  if exists (select from session_files where id = p_file and conversation_id = v_id and complete) then
    return take_file_place(c, p_file, p_name, p_media_type, p_max_count, false);
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
  return take_file_place(c, p_file, p_name, p_media_type, p_max_count, false);
end
$$;
