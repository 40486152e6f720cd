-- Ends the live sessions of an agent (within the caller's tenant).
create or replace function end_agent_sessions(p_agent uuid, p_reason text) returns integer
language plpgsql as $$
declare
  v_id uuid;
  v_ended integer := 0;
begin
  for v_id in
    select id from text_conversations where agent_id = p_agent and ended_at is null order by id
  loop
    if close_conversation(v_id, 'completed', p_reason) then
      v_ended := v_ended + 1;
    end if;
  end loop;
  return v_ended;
end
$$;
