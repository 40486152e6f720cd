-- Secrets inside agent documents are sealed by whoever stores a version. Rows of before are sealed when an agent-runner starts, which has the
-- key; until then they are read as they lie.
alter table agent_versions add column secrets_sealed boolean not null default false;
create index agent_versions_unsealed on agent_versions (agent_id, version) where not secrets_sealed;

-- Versions whose secrets may lie readable.
create function readable_versions(p_limit integer) returns table (agent_id uuid, version integer, tenant_id uuid, document json)
language sql stable security definer set search_path = public, pg_temp as $$
  select v.agent_id, v.version, v.tenant_id, v.document from agent_versions v where not v.secrets_sealed order by v.agent_id, v.version limit p_limit
$$;

-- Puts the document with sealed secrets in the place of the readable one, and its `auth` in the settings of the version's webhook.
create function seal_version(p_tenant uuid, p_agent uuid, p_version integer, p_document json) returns void language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update agent_versions set document = p_document, secrets_sealed = true
   where agent_id = p_agent and version = p_version and not secrets_sealed;
  if not found then return; end if;
  update webhook_endpoints set settings = settings || jsonb_build_object('auth', (p_document #> '{workflow,webhook,auth}')::jsonb)
   where agent_id = p_agent and agent_version = p_version and settings ? 'auth';
end $$;

grant create on schema public to parley_jobs;
alter function readable_versions(integer) owner to parley_jobs;
revoke all on function readable_versions(integer) from public;
grant execute on function readable_versions(integer) to parley_app, parley_jobs;
revoke create on schema public from parley_jobs;
