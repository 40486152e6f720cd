-- Requests the end of one turn; without p_turn of the running or next one. Idempotent: returns whether there was a turn
-- to stop.
create or replace function request_stop(p_access jsonb, p_turn text) returns json
language plpgsql as $$
declare
  v_id uuid := resolve_access(p_access);
  c text_conversations;
  v_seq integer;
  v_stopped boolean;
begin
  select * into c from text_conversations where id = v_id;
  if p_turn is null then
    v_seq := c.done_seq + 1;
  else
    -- The id contains the conversation: a turn of another session is not found.
    select seq into v_seq
    from session_turns
    where conversation_id = v_id
      and p_turn ~ '[.][0-9]{1,9}$'
      and seq = substring(p_turn from '[.]([0-9]{1,9})$')::int
      and v_id || '.' || seq = p_turn;
    if not found then perform fail('turn_not_found'); end if;
  end if;
  update session_turns
  set stop_requested_at = coalesce(stop_requested_at, clock_timestamp())
  where conversation_id = v_id and seq = v_seq and status = 'pending';
  v_stopped := found and c.status = 'active';
  return json_build_object(
    'stopped', v_stopped, 'turn_id', case when p_turn is not null or v_stopped then v_id || '.' || v_seq end,
    'session_id', c.session_id
  );
end
$$;
