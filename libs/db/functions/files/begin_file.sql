-- Begins an upload: takes one of the session's p_max_count places and counts the session against its link. The lock on
-- the conversation's row serialises parallel uploads. Idempotent by p_file: the same name and media type continue.
-- Returns {complete: the file, when it is already stored}.
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
  -- A crowd at a full session is refused without waiting for the row's lock; the count under the lock decides.
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
  -- A file that is already stored is returned even when the session is over or the link is gone.
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
