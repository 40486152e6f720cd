-- A dead letter without the visitor's words. status: waiting, replaying, replayed, failed. A replay that waits in an
-- ended session will never run.
create or replace function dead_turn_json(d dead_turns) returns jsonb
language sql stable as $$
  select jsonb_build_object(
    'id', d.conversation_id || '.' || d.seq, 'kind', 'turn', 'turn_kind', t.kind, 'session_id', c.session_id,
    'conversation_id', c.id, 'session_status', c.status, 'agent_id', c.agent_id, 'agent_version', c.agent_version,
    'link_id', c.link_id, 'reason', d.reason, 'error', t.error_code, 'accepted_at', iso(t.created_at),
    'created_at', iso(d.created_at),
    'status', case
      when r.seq is null then 'waiting'
      when r.status = 'done' then 'replayed'
      when r.status = 'pending' and c.status = 'active' then 'replaying'
      else 'failed'
    end,
    'replay', case
      when r.seq is not null
        then jsonb_build_object(
          'turn_id', d.conversation_id || '.' || r.seq, 'attempts', d.replays, 'at', iso(d.replayed_at),
          'by', d.replayed_by,
          'error', case when r.status = 'pending' and c.status <> 'active' then 'session_ended' else r.error_code end
        )
    end
  )
  from text_conversations c
  join session_turns t on t.conversation_id = c.id and t.seq = d.seq
  left join session_turns r on r.conversation_id = c.id and r.seq = d.replay_seq
  where c.id = d.conversation_id
$$;
