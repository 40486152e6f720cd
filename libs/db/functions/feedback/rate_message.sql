-- p_message: the id in the history, or <turn id>.<part> as in events. p_rating null removes a rating. Idempotent by
-- message.
create or replace function rate_message(p_access jsonb, p_message text, p_rating text, p_text text)
returns json
language plpgsql as $$
declare
  v_id uuid := feedback_access(p_access);
  c text_conversations;
  v_message uuid;
begin
  select * into c from text_conversations where id = v_id;
  if p_message ~ '^[0-9a-f-]{36}[.][0-9]{1,9}[.][0-9]{1,6}$' then
    select id into v_message
    from text_conversation_messages
    where conversation_id = v_id
      and created_at >= c.created_at
      and role = 'assistant'
      and turn_seq = split_part(p_message, '.', 2)::int
      and split_part(p_message, '.', 1) = v_id::text
    order by sequence
    offset split_part(p_message, '.', 3)::int
    limit 1;
  else
    select id into v_message
    from text_conversation_messages
    where conversation_id = v_id
      and created_at >= c.created_at
      and role = 'assistant'
      and id::text = p_message;
  end if;
  if v_message is null then perform fail('message_not_found'); end if;
  if p_rating is null then
    delete from message_ratings where conversation_id = v_id and message_id = v_message;
  else
    insert into message_ratings (conversation_id, message_id, tenant_id, rating, text)
    values (v_id, v_message, c.tenant_id, p_rating, p_text)
    on conflict (conversation_id, message_id) do update
    set rating = excluded.rating, text = excluded.text, updated_at = clock_timestamp();
  end if;
  perform note_analytics(c.tenant_id, v_id);
  return json_build_object('message_id', v_message);
end
$$;
