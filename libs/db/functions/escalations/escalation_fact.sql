-- Emits a fact of an escalation, and queues its session for a recount. p_subject: which of the three.
create or replace function escalation_fact(e escalations, p_subject text) returns void
language plpgsql as $$
declare
  v_session text := (select c.session_id from text_conversations c where c.id = e.conversation_id);
begin
  perform note_analytics(e.tenant_id, e.conversation_id);
  perform emit_fact(
    e.tenant_id, p_subject, v_session,
    jsonb_build_object(
      'tenantId', e.tenant_id, 'sessionId', v_session, 'conversationId', e.conversation_id, 'escalationId', e.id,
      'status', e.status, 'source', e.source, 'assignedTo', e.assigned_to, 'outcome', e.outcome
    )
  );
end
$$;
