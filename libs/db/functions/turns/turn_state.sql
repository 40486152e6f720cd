-- The readable state of one turn, as contracts' turnState.
create or replace function turn_state(t session_turns) returns json
language sql stable as $$
  select case t.status
    when 'done'
      then json_build_object(
        'status', 'done', 'turn_id', t.conversation_id || '.' || t.seq, 'seq', t.seq, 'result', t.result
      )
    when 'failed'
      then json_build_object(
        'status', 'failed', 'turn_id', t.conversation_id || '.' || t.seq, 'seq', t.seq, 'code', t.error_code
      )
    else json_build_object('status', 'pending', 'turn_id', t.conversation_id || '.' || t.seq, 'seq', t.seq)
  end
$$;
