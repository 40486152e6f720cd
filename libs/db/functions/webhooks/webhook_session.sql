-- The facts of a session in a payload.
create or replace function webhook_session(c text_conversations) returns jsonb
language sql stable as $$
  select jsonb_build_object(
    'session_id', c.session_id, 'conversation_id', c.id, 'agent_id', c.agent_id, 'agent_version', c.agent_version,
    'link_id', c.link_id, 'status', c.status, 'end_reason', c.end_reason, 'turns', c.total_turns,
    'transition_count', c.total_transitions, 'participant', c.participant,
    'participant_verified', c.participant_verified, 'collected_data', c.collected_data, 'metadata', c.metadata,
    'handled_by', c.handled_by,
    'created_at', iso(c.created_at), 'ended_at', iso(c.ended_at)
  )
$$;
