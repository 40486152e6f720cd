-- Adds version n + 1 of an agent, with the receiver that its `workflow.webhook` names. The row lock on the agent keeps
-- the numbers gapless under concurrency. p_document: with its secrets sealed. Returns the number; null = no such agent.
-- asks_after_end and its share are stored too, so that the end of a session reads no document.
create or replace function add_version(
  p_tenant uuid, p_agent uuid, p_document json, p_content_hash text, p_notes text,
  p_author text default null
)
returns integer
language plpgsql as $$
declare
  v_version integer;
begin
  update agents
  set latest_version = latest_version + 1, updated_at = now()
  where id = p_agent
  returning latest_version into v_version;
  if not found then return null; end if;
  insert into agent_versions (
    agent_id, version, tenant_id, document, content_hash, notes, asks_after_end, analysis_share, secrets_sealed,
    author
  )
  values (
    p_agent, v_version, p_tenant, p_document, p_content_hash, p_notes, asks_after_end(p_document),
    analysis_share(p_document), true, p_author
  );
  perform keep_version_webhook(p_tenant, p_agent, v_version, p_document -> 'workflow' -> 'webhook');
  return v_version;
end
$$;
