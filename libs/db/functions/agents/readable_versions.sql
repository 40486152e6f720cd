-- Versions whose secrets may be stored unsealed.
create or replace function readable_versions(p_limit integer)
returns table (agent_id uuid, version integer, tenant_id uuid, document json)
language sql stable security definer set search_path = public, pg_temp as $$
  select v.agent_id, v.version, v.tenant_id, v.document
  from agent_versions v
  where not v.secrets_sealed
  order by v.agent_id, v.version
  limit p_limit
$$;

select run_across_tenants('readable_versions');
