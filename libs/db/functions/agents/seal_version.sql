-- Replaces the readable document by the one with sealed secrets, and stores its `auth` in the settings of the version's
-- webhook.
create or replace function seal_version(p_tenant uuid, p_agent uuid, p_version integer, p_document json)
returns void
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update agent_versions
  set document = p_document, secrets_sealed = true
  where agent_id = p_agent and version = p_version and not secrets_sealed;
  if not found then return; end if;
  update webhook_endpoints
  set settings = settings || jsonb_build_object('auth', (p_document #> '{workflow,webhook,auth}')::jsonb)
  where agent_id = p_agent and agent_version = p_version and settings ? 'auth';
end
$$;
