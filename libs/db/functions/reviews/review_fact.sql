-- Emits that a verdict was given, changed or withdrawn: only ids.
create or replace function review_fact(c text_conversations, p_change text) returns void
language sql as $$
  select emit_fact(
    c.tenant_id, 'sessions.v1.event.review_changed', c.session_id,
    jsonb_build_object(
      'tenantId', c.tenant_id, 'sessionId', c.session_id, 'conversationId', c.id, 'change', p_change
    )
  )
$$;
