-- Whether an approval agent lets a confirmed address in: listed by its owner, or its request was approved.
-- plpgsql keeps its plan; a sql function that is called from plpgsql would be planned at every message.
create or replace function address_admitted(p_agent uuid, p_address text) returns boolean
language plpgsql stable as $$
begin
  return exists (select from agent_access_addresses where agent_id = p_agent and address_hash = p_address)
    or exists (
      select from agent_access_requests where agent_id = p_agent and address_hash = p_address and status = 'approved'
    );
end
$$;
