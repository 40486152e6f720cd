-- Counts a session at its first action. The caller holds the lock of its row. False = the link has no session left. A
-- session that fills the link is announced to readers of the link.
create or replace function count_session(c text_conversations) returns boolean
language plpgsql as $$
declare
  l temporary_chat_links;
begin
  if c.counted then return true; end if;
  update temporary_chat_links
  set sessions_used = sessions_used + 1, last_used_at = clock_timestamp()
  where id = c.link_id and sessions_used < max_sessions
  returning * into l;
  if not found then return false; end if;
  if l.sessions_used = l.max_sessions then perform announce_link_room(l); end if;
  update text_conversations set counted = true where id = c.id;
  return true;
end
$$;
