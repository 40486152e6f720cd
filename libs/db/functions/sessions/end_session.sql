-- Ends a session for the holder of p_access. p: {status, reason, idem_key, idem_fingerprint, signature}. Fails with
-- session_ended when it is over; a repeat with the same key or signature gets the first answer.
-- Returns the node and the counts that the session ended with.
create or replace function end_session(p_access jsonb, p json) returns json
language plpgsql as $$
declare
  v_id uuid := resolve_access(p_access);
  c text_conversations;
  v_answer json;
begin
  select * into c from text_conversations where id = v_id for no key update;
  v_answer := earlier_answer(c.tenant_id, 'end:' || v_id, p::jsonb);
  if v_answer is not null then
    perform keep_answer(c.tenant_id, 'end:' || v_id, p, v_answer);
    return (v_answer::jsonb || '{"replayed": true}')::json;
  end if;
  if not close_conversation(v_id, p ->> 'status', p ->> 'reason') then
    perform fail('session_ended');
  end if;
  select * into c from text_conversations where id = v_id;
  v_answer := json_build_object(
    'success', true, 'conversation_id', v_id, 'final_node_id', c.node_id, 'final_node_name', c.node_name,
    'total_turns', c.total_turns, 'total_transitions', c.total_transitions, 'replayed', false
  );
  perform keep_answer(c.tenant_id, 'end:' || v_id, p, v_answer);
  return v_answer;
end
$$;
