-- Returns a counted session that never began to its link. Readers of a link that was full are told.
create or replace function give_session_back(p_link uuid) returns void
language plpgsql as $$
declare
  l temporary_chat_links;
begin
  update temporary_chat_links
  set sessions_used = sessions_used - 1
  where id = p_link and sessions_used > 0
  returning * into l;
  if l.sessions_used = l.max_sessions - 1 then perform announce_link_room(l); end if;
end
$$;
