-- An escalation as contracts' escalationView.
create or replace function escalation_json(e escalations) returns json
language sql stable as $$
  select json_build_object(
    'id', e.id, 'conversation_id', e.conversation_id, 'session_id', c.session_id, 'agent_id', c.agent_id,
    'link_id', c.link_id, 'status', e.status, 'source', e.source, 'reason', e.reason, 'metadata', e.metadata,
    'requests', e.requests, 'assigned_to', e.assigned_to, 'assigned_name', e.assigned_name, 'summary', e.summary,
    'outcome', e.outcome, 'created_at', iso(e.created_at), 'assigned_at', iso(e.assigned_at),
    'resolved_at', iso(e.resolved_at), 'session_status', c.status, 'handled_by', c.handled_by,
    'participant', c.participant, 'answer_by_mail', e.answer_to is not null
  )
  from text_conversations c
  where c.id = e.conversation_id
$$;
