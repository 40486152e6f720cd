-- A session as contracts' sessionView, with all members; each surface picks its own. idle_expires_at moves with each
-- exchange. waiting_since: since when the visitor waits for a person, null = not waiting; escalation: its state, null =
-- nobody was requested. purged_at and usage: what remains of a session without content.
create or replace function session_json(c text_conversations) returns json
language sql stable as $$
  select json_build_object(
    'session_id', c.session_id, 'conversation_id', c.id, 'status', c.status, 'node_id', c.node_id,
    'node_name', c.node_name, 'turns', c.total_turns, 'transition_count', c.total_transitions,
    'collected_data', c.collected_data, 'created_at', iso(c.created_at), 'updated_at', iso(c.updated_at),
    'ended_at', iso(c.ended_at), 'end_reason', c.end_reason, 'expires_at', iso(c.expires_at),
    'remaining_messages', c.max_messages - c.messages_used, 'message_count', c.messages_used,
    'agent_config_version', c.agent_version, 'metadata', c.metadata, 'tenant_id', c.tenant_id, 'agent_id', c.agent_id,
    'link_id', c.link_id, 'last_event_offset', c.event_offset, 'epoch', c.epoch, 'handled_by', c.handled_by,
    'operator_name', c.operator_name,
    'waiting_since', (
      select iso(e.created_at) from escalations e where e.conversation_id = c.id and e.status = 'open'
    ),
    'escalation', (
      select json_build_object(
        'id', e.id, 'status', case e.status when 'open' then 'waiting' else e.status end,
        'since', iso(coalesce(e.assigned_at, e.created_at)), 'assigned_name', e.assigned_name, 'reason', e.reason,
        'answer_by_mail', e.answer_to is not null
      )
      from escalations e
      where e.conversation_id = c.id and e.status <> 'resolved'
    ),
    'idle_timeout_seconds', c.idle_timeout_seconds,
    'idle_expires_at', iso(c.updated_at + make_interval(secs => c.idle_timeout_seconds)),
    'participant', c.participant, 'participant_verified', c.participant_verified, 'purged_at', iso(c.purged_at),
    'usage', c.kept_usage
  )
$$;
