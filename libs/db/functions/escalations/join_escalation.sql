-- Opens an escalation, or joins the one that is there: its assignment stays. The caller holds the lock of the
-- conversation row. Opening writes the fact.
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
    perform escalation_fact(o_row, 'sessions.v1.event.escalated');
  end if;
end
$$;
