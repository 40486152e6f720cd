-- Ends the live sessions of one link (within the caller's tenant).
create or replace function end_link_sessions(p_link uuid, p_reason text) returns integer
language sql as $$
  select count(*) filter (where close_conversation(id, 'completed', p_reason))::integer
  from (
    select id from text_conversations where link_id = p_link and ended_at is null order by id
  ) live
$$;
