-- What was said, oldest first: the newest p_limit messages.
create or replace function analysis_history(p_tenant uuid, p_conversation uuid, p_limit integer)
returns table (role text, content text)
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  return query
  select m.role, m.content
  from (
    select *
    from text_conversation_messages x
    where x.conversation_id = p_conversation
      and x.status = 'done'
      and x.created_at >= (select c.created_at from text_conversations c where c.id = p_conversation)
    order by x.sequence desc
    limit p_limit
  ) m
  order by m.sequence;
end
$$;
