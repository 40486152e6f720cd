-- Writes the deliveries that a committed turn asks for. Most turns have none: the condition of the trigger costs them
-- one look into their trace.
create or replace function store_action_webhooks() returns trigger
language plpgsql as $$
begin
  insert into action_webhooks (tenant_id, conversation_id, turn_seq, url, traceparent, payload)
  select
    new.tenant_id, new.conversation_id, new.seq, w ->> 'url', new.trace ->> 'traceparent',
    jsonb_build_object(
      'type', 'workflow.action', 'timestamp', iso(clock_timestamp()),
      'data', jsonb_build_object(
        'session_id', c.session_id, 'agent_id', c.agent_id, 'turn_id', c.id || '.' || new.seq,
        'node_id', w ->> 'node_id', 'phase', w ->> 'phase', 'variables', w -> 'variables'
      )
    )
  from json_array_elements(new.trace -> 'webhooks') w
  join text_conversations c on c.id = new.conversation_id;
  return null;
end
$$;

create or replace trigger action_webhooks
after update of status on session_turns
for each row when (new.status = 'done' and old.status = 'pending' and new.trace -> 'webhooks' is not null)
execute function store_action_webhooks();
