-- Appends an event to a session's log. The caller holds the lock of the conversation row.
create or replace function append_event(p_conversation uuid, p_tenant uuid, p_type text, p_payload json)
returns integer
language plpgsql as $$
declare
  v_offset integer;
begin
  update text_conversations
  set event_offset = event_offset + 1
  where id = p_conversation
  returning event_offset into v_offset;
  insert into session_events (conversation_id, event_offset, tenant_id, type, payload, created_at)
  values (p_conversation, v_offset, p_tenant, p_type, p_payload, clock_timestamp());
  return v_offset;
end
$$;
