-- Writes the deliveries of `message.completed` for a turn that was just committed. Messages have no fact in the outbox;
-- most tenants have no receiver either, which costs them one index look-up.
create or replace function deliver_message(c text_conversations, p_seq integer, p_trace json) returns void
language plpgsql as $$
declare
  v_event uuid := gen_random_uuid();
  v_receivers uuid[];
begin
  if not exists (
    select
    from webhook_endpoints
    where tenant_id = c.tenant_id
      and agent_version is null
      and is_active
      and events && array['message.completed', 'message.*', '*']
  )
  then
    return;
  end if;
  select array_agg(endpoint_id) into v_receivers
  from webhook_receivers(c.tenant_id, 'message.completed', c.agent_id, null);
  insert into webhook_deliveries (
    tenant_id, endpoint_id, event_id, type, conversation_id, turn_seq, traceparent, data
  )
  select
    c.tenant_id, r, v_event, 'message.completed', c.id, p_seq, p_trace ->> 'traceparent',
    jsonb_build_object(
      'session_id', c.session_id, 'conversation_id', c.id, 'agent_id', c.agent_id, 'agent_version', c.agent_version,
      'link_id', c.link_id, 'metadata', c.metadata, 'turn_id', c.id || '.' || p_seq
    )
  from unnest(coalesce(v_receivers, '{}')) r
  on conflict do nothing;
end
$$;
