-- Emits that a note was written or removed: only ids.
create or replace function note_fact(c text_conversations, p_note uuid, p_change text) returns void
language sql as $$
  select emit_fact(
    c.tenant_id, 'sessions.v1.event.note_changed', c.session_id,
    jsonb_build_object(
      'tenantId', c.tenant_id, 'sessionId', c.session_id, 'conversationId', c.id, 'noteId', p_note, 'change', p_change
    )
  )
$$;
