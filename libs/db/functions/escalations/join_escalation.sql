-- Opens an escalation, or joins the existing one: its assignment stays. The caller holds the lock of the conversation
-- row. Opening writes the fact and the notices to the agent's people and the browsers of operators; none when an
-- operator opens it.
create or replace function join_escalation(
  c text_conversations, p_id uuid, p_source text, p_reason text, p_metadata jsonb, out o_row escalations,
  out o_joined boolean
)
language plpgsql as $$
begin
  update escalations
  set
    requests = requests + 1,
    metadata = metadata || p_metadata,
    reason = coalesce(reason, p_reason),
    updated_at = clock_timestamp()
  where conversation_id = c.id and status <> 'resolved'
  returning * into o_row;
  o_joined := found;
  if not o_joined then
    insert into escalations (id, tenant_id, conversation_id, source, reason, metadata)
    values (p_id, c.tenant_id, c.id, p_source, p_reason, p_metadata)
    returning * into o_row;
    insert into notices (tenant_id, escalation_id, kind, target, target_sealed, hint)
    select c.tenant_id, p_id, t ->> 'kind', t ->> 'id', t ->> 'sealed', t ->> 'hint'
    from agent_people p, jsonb_array_elements(p.settings -> 'targets') t
    where p.agent_id = c.agent_id and p_source <> 'operator';
    insert into notices (tenant_id, escalation_id, kind, target, target_sealed, hint, push_id)
    select c.tenant_id, p_id, 'chat', s.id::text, s.subscription_sealed, s.host, s.id
    from push_subscriptions s
    join users u on u.id = s.user_id
    where s.tenant_id = c.tenant_id
      and u.removed_at is null
      and u.role <> 'viewer'
      and p_source <> 'operator';
    perform escalation_fact(o_row, 'sessions.v1.event.escalated');
  end if;
end
$$;
