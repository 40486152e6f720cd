-- Conversations of the person behind a visitor's token, on the same link, newest first, at most p_limit: one, unless an
-- address was confirmed. As contracts' visitorConversation.
create or replace function visitor_conversations(p_access jsonb, p_limit integer) returns json
language plpgsql as $$
declare
  v_id uuid := resolve_access(p_access);
begin
  return (
    with own as (
      select * from text_conversations where id = v_id
    ),
    -- by their address, which has an index; the hash shows that it was confirmed
    found as (
      select c.id
      from own o
      join text_conversations c on c.tenant_id = o.tenant_id and c.participant_email = o.participant_email
      where c.link_id = o.link_id and c.participant_hash = o.participant_hash
      union
      select v_id
    )
    select coalesce(
      json_agg(
        json_build_object(
          'conversation_id', c.session_id, 'status', c.status, 'created_at', iso(c.created_at),
          'updated_at', iso(c.updated_at), 'ended_at', iso(c.ended_at), 'message_count', c.messages_used
        ) order by c.created_at desc, c.id desc
      ),
      '[]'
    )
    from (
      select c.*
      from text_conversations c
      join found using (id)
      order by c.created_at desc, c.id desc
      limit p_limit
    ) c
  );
end
$$;
