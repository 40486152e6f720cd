-- Ends the live sessions of an agent (within the caller's tenant).
create or replace function end_agent_sessions(p_agent uuid, p_reason text) returns integer
language sql as $$
  select count(*) filter (where close_conversation(id, 'completed', p_reason))::integer
  from (
    select id from text_conversations where agent_id = p_agent and ended_at is null order by id
  ) live
$$;
