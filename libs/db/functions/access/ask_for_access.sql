-- Admits a confirmed address, or stores its request. Returns {admitted, created, announce}. announce: mail the owner;
-- in a flood only for the first twenty per hour.
create or replace function ask_for_access(
  p_tenant uuid, p_agent uuid, p_link uuid, p_id uuid, p_address_hash text, p_address_sealed text
)
returns json
language plpgsql as $$
declare
  v_created boolean;
  v_recent integer;
begin
  perform enter_tenant(p_tenant);
  if address_admitted(p_agent, p_address_hash) then
    return json_build_object('admitted', true, 'created', false, 'announce', false);
  end if;
  insert into agent_access_requests (id, tenant_id, agent_id, link_id, address_hash, address_sealed)
  values (p_id, p_tenant, p_agent, p_link, p_address_hash, p_address_sealed)
  on conflict (agent_id, address_hash) do nothing;
  v_created := found;
  select count(*) into v_recent
  from (
    select
    from agent_access_requests
    where agent_id = p_agent
      and created_at > clock_timestamp() - interval '1 hour'
    limit 21
  ) r;
  return json_build_object('admitted', false, 'created', v_created, 'announce', v_created and v_recent <= 20);
end
$$;
