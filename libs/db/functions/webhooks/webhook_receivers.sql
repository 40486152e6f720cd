-- The receivers of an event of this kind. The tenant is always compared: sweeps act for all tenants.
create or replace function webhook_receivers(p_tenant uuid, p_type text, p_agent uuid, p_version integer)
returns table (endpoint_id uuid)
language sql stable as $$
  select id
  from webhook_endpoints
  where tenant_id = p_tenant
    and agent_version is null
    and is_active
    and events && webhook_patterns(p_type)
    and (agent_id is null or agent_id = p_agent)
  union all
  select id
  from webhook_endpoints
  where agent_id = p_agent
    and agent_version = p_version
    and tenant_id = p_tenant
    and is_active
    and events && webhook_patterns(p_type)
$$;
