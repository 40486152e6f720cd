-- Writes the deliveries that the workflow actions of a committed turn ask for (p_trace.webhooks).
create or replace function store_action_webhooks(c text_conversations, p_seq integer, p_trace json) returns void
language plpgsql as $$
begin
  insert into action_webhooks (tenant_id, conversation_id, turn_seq, url, traceparent, payload)
  select
    c.tenant_id, c.id, p_seq, w ->> 'url', p_trace ->> 'traceparent',
    jsonb_build_object(
      'type', 'workflow.action', 'timestamp', iso(clock_timestamp()),
      'data', jsonb_build_object(
        'session_id', c.session_id, 'agent_id', c.agent_id, 'turn_id', c.id || '.' || p_seq,
        'node_id', w ->> 'node_id', 'phase', w ->> 'phase', 'variables', w -> 'variables'
      )
    )
  from json_array_elements(p_trace -> 'webhooks') w;
end
$$;
