-- Whether a conversation on a link was completed.
create or replace function link_completed(p_link uuid) returns boolean
language sql stable as $$
  select p_link is not null and exists (
    select from text_conversations c where c.link_id = p_link and c.status = 'completed' and c.messages_used > 0
  )
$$;
