-- The named secrets of an agent of the current tenant, sealed, with the hosts each may be sent to; no row for a name
-- that the agent does not have. Records the hour of their use: one write per secret and hour, whatever the traffic.
create or replace function use_agent_secrets(p_agent uuid, p_names text[])
returns table (name text, hosts text[], value_sealed text)
language plpgsql as $$
begin
  update agent_secrets s
  set last_used_at = date_trunc('hour', clock_timestamp())
  where s.agent_id = p_agent
    and s.name = any (p_names)
    and s.last_used_at is distinct from date_trunc('hour', clock_timestamp());
  return query
  select s.name, s.hosts, s.value_sealed
  from agent_secrets s
  where s.agent_id = p_agent and s.name = any (p_names);
end
$$;
