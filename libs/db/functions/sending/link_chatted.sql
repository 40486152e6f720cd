-- Whether anybody has written on a link.
create or replace function link_chatted(p_link uuid) returns boolean
language sql stable as $$
  select p_link is not null and exists (
    select from text_conversations c where c.link_id = p_link and c.messages_used > 0
  )
$$;
