-- Ends the live sessions of one link (within the caller's tenant).
create or replace function end_link_sessions(p_link uuid, p_reason text) returns integer
language plpgsql as $$
declare
  v_id uuid;
  v_ended integer := 0;
begin
  for v_id in
    select id from text_conversations where link_id = p_link and ended_at is null order by id
  loop
    if close_conversation(v_id, 'completed', p_reason) then
      v_ended := v_ended + 1;
    end if;
  end loop;
  return v_ended;
end
$$;
