-- Writes the fact of an escalation to the outbox.
create or replace function escalation_fact(e escalations, p_name text) returns void
language sql as $$
  insert into outbox (tenant_id, subject, key, payload)
  select
    e.tenant_id, 'sessions.v1.event.' || p_name, c.session_id,
    jsonb_build_object(
      'tenantId', e.tenant_id, 'sessionId', c.session_id, 'conversationId', c.id, 'escalationId', e.id,
      'status', e.status, 'source', e.source, 'assignedTo', e.assigned_to, 'outcome', e.outcome
    )
  from text_conversations c
  where c.id = e.conversation_id
$$;
