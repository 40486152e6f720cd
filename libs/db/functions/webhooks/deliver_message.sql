-- Writes the deliveries of `message.completed`. Messages have no fact in the outbox; most tenants have no receiver
-- either, which costs them one look at an index.
create or replace function deliver_message() returns trigger
language plpgsql as $$
declare
  c text_conversations;
  v_event uuid := gen_random_uuid();
  v_receivers uuid[];
begin
  if not exists (
    select
    from webhook_endpoints
    where tenant_id = new.tenant_id
      and agent_version is null
      and is_active
      and events && array['message.completed', 'message.*', '*']
  )
  then
    return null;
  end if;
  select * into c from text_conversations where id = new.conversation_id;
  select array_agg(endpoint_id) into v_receivers
  from webhook_receivers(new.tenant_id, 'message.completed', c.agent_id, null);
  insert into webhook_deliveries (
    tenant_id, endpoint_id, event_id, type, conversation_id, turn_seq, traceparent, data
  )
  select
    new.tenant_id, r, v_event, 'message.completed', c.id, new.seq, new.trace ->> 'traceparent',
    jsonb_build_object(
      'session_id', c.session_id, 'conversation_id', c.id, 'agent_id', c.agent_id, 'agent_version', c.agent_version,
      'link_id', c.link_id, 'metadata', c.metadata, 'turn_id', c.id || '.' || new.seq
    )
  from unnest(coalesce(v_receivers, '{}')) r
  on conflict do nothing;
  return null;
end
$$;

create or replace trigger deliver_message
after update of status on session_turns
for each row when (new.status = 'done' and old.status = 'pending' and new.kind = 'message')
execute function deliver_message();
