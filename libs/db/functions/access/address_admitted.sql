-- Whether an approval agent admits a confirmed address: listed by its owner, or approved on request.
-- plpgsql caches its plan; a sql function called from plpgsql would be planned for every message.
create or replace function address_admitted(p_agent uuid, p_address text) returns boolean
language plpgsql stable as $$
begin
  return exists (select from agent_access_addresses where agent_id = p_agent and address_hash = p_address)
    or exists (
      select from agent_access_requests where agent_id = p_agent and address_hash = p_address and status = 'approved'
    );
end
$$;
