-- Queues the job of asking the version's questions about an ended session, once. No job without questions, when the
-- visitor wrote nothing, or when the session is not in the version's sample.
create or replace function ask_for_analysis(c text_conversations) returns void
language plpgsql as $$
begin
  -- Without a message of the visitor there is nothing to ask about.
  if c.total_turns > 0
    and exists (
      select
      from agent_versions v
      where v.agent_id = c.agent_id
        and v.version = c.agent_version
        and v.asks_after_end
        and is_in_share(c.id, v.analysis_share)
    )
  then
    insert into session_analyses (conversation_id, tenant_id)
    values (c.id, c.tenant_id)
    on conflict do nothing;
  end if;
end
$$;
