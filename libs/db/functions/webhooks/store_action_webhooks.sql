-- Writes the deliveries that the workflow actions of a committed turn ask for (p_trace.webhooks).
create or replace function store_action_webhooks(c text_conversations, p_seq integer, p_trace json) returns void
language plpgsql as $$
begin
  insert into webhook_deliveries (tenant_id, url, event_id, type, conversation_id, traceparent, data)
  select
    c.tenant_id, w ->> 'url', gen_random_uuid(), 'workflow.action', c.id, p_trace ->> 'traceparent',
    jsonb_build_object(
      'session_id', c.session_id, 'agent_id', c.agent_id, 'turn_id', c.id || '.' || p_seq,
      'node_id', w ->> 'node_id', 'phase', w ->> 'phase', 'variables', w -> 'variables'
    )
  from json_array_elements(p_trace -> 'webhooks') w;
end
$$;
