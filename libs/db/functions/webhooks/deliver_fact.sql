-- A trigger on the outbox: whoever writes a fact, in whichever transaction, has told the receivers too.
create or replace function deliver_fact() returns trigger
language plpgsql as $$
declare
  v_type text := webhook_type(new.subject);
  c text_conversations;
  l temporary_chat_links;
  v_agent uuid;
  v_data jsonb;
  v_receivers uuid[];
begin
  if v_type is null then return null; end if;
  if new.payload ->> 'conversationId' is not null then
    select * into c
    from text_conversations
    where id = (new.payload ->> 'conversationId')::uuid
      and tenant_id = new.tenant_id;
    v_agent := c.agent_id;
    if v_type = 'session.ended' then perform ask_for_analysis(c); end if;
  elsif new.payload ->> 'linkId' is not null then
    select * into l
    from temporary_chat_links
    where id = (new.payload ->> 'linkId')::uuid and tenant_id = new.tenant_id;
    v_agent := l.agent_id;
  end if;
  select array_agg(endpoint_id) into v_receivers
  from webhook_receivers(new.tenant_id, v_type, v_agent, c.agent_version);
  if v_receivers is null then return null; end if;
  -- What a domain tells beside its session or link: the members of its fact, named as everything in the payloads.
  select coalesce(jsonb_object_agg(lower(regexp_replace(key, '([A-Z])', '_\1', 'g')), value), '{}') into v_data
  from jsonb_each(new.payload)
  where key not in ('tenantId', 'sessionId', 'conversationId', 'linkId');
  -- An escalation has a status of its own.
  if v_type like 'escalation.%' then
    v_data := jsonb_build_object('escalation', v_data);
  end if;
  if c.id is not null then
    v_data := v_data || webhook_session(c);
  elsif l.id is not null then
    v_data := v_data
      || jsonb_build_object(
        'link_id', l.id, 'agent_id', l.agent_id, 'title', l.title, 'is_active', l.is_active,
        'expires_at', iso(l.expires_at), 'max_sessions', l.max_sessions, 'sessions_used', l.sessions_used,
        'metadata', l.metadata, 'created_at', iso(l.created_at)
      );
    if v_type = 'link.revoked' then
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
  select new.tenant_id, r, new.id, v_type, c.id, v_data
  from unnest(v_receivers) r
  on conflict do nothing;
  return null;
end
$$;

create or replace trigger deliver_fact
after insert on outbox
for each row when (new.subject like 'sessions.v1.event.%' or new.subject like 'links.v1.event.%')
execute function deliver_fact();
