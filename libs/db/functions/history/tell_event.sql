-- Writes an event to the log and the live stream. The caller holds the lock of the conversation row.
create or replace function tell_event(c text_conversations, p_type text, p_payload json)
returns json
language plpgsql as $$
declare
  v_offset integer := append_event(c.id, c.tenant_id, p_type, p_payload);
begin
  return (
    select json_build_object('offset', event_offset, 'type', type, 'payload', payload, 'created_at', iso(created_at))
    from session_events
    where conversation_id = c.id
      and event_offset = v_offset
      and created_at >= c.created_at
  );
end
$$;
