-- Writes the deliveries of a fact to the receivers of webhooks that subscribe to it. A payload is the public part of
-- the fact (webhook_fact) beside its session or its link.
create or replace function deliver_fact(p_id uuid, p_tenant uuid, p_subject text, p_fact jsonb) returns void
language plpgsql as $$
declare
  f record := webhook_fact(p_subject, p_fact);
  c text_conversations;
  l temporary_chat_links;
  v_agent uuid;
  v_data jsonb;
  v_receivers uuid[];
begin
  if f.o_type is null then return; end if;
  if p_fact ->> 'conversationId' is not null then
    select * into c
    from text_conversations
    where id = (p_fact ->> 'conversationId')::uuid and tenant_id = p_tenant;
    v_agent := c.agent_id;
  elsif p_fact ->> 'linkId' is not null then
    select * into l
    from temporary_chat_links
    where id = (p_fact ->> 'linkId')::uuid and tenant_id = p_tenant;
    v_agent := l.agent_id;
  end if;
  select array_agg(endpoint_id) into v_receivers
  from webhook_receivers(p_tenant, f.o_type, v_agent, c.agent_version);
  if v_receivers is null then return; end if;
  v_data := f.o_data;
  if c.id is not null then
    v_data := v_data || webhook_session(c);
  elsif l.id is not null then
    v_data := v_data
      || jsonb_build_object(
        'link_id', l.id, 'agent_id', l.agent_id, 'title', l.title, 'is_active', l.is_active,
        'expires_at', iso(l.expires_at), 'max_sessions', l.max_sessions, 'sessions_used', l.sessions_used,
        'metadata', l.metadata, 'created_at', iso(l.created_at)
      );
    if f.o_type = 'link.revoked' then
      v_data := v_data
        || jsonb_build_object(
          'reason', case
            when l.deleted_at is not null then 'deleted'
            when not l.is_active then 'deactivated'
            else 'expired'
          end
        );
    end if;
  end if;
  insert into webhook_deliveries (tenant_id, endpoint_id, event_id, type, conversation_id, data)
  select p_tenant, r, p_id, f.o_type, c.id, v_data
  from unnest(v_receivers) r
  on conflict do nothing;
end
$$;
