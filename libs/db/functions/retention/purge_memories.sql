-- Removes at most p_limit memories, across tenants, that were neither used nor changed for p_days, with their history.
-- One that is in use right now is left for the next round.
create or replace function purge_memories(p_days integer, p_limit integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_removed integer;
begin
  with old as (
    select tenant_id, agent_id, subject_hash
    from memories
    where used_at < clock_timestamp() - make_interval(days => p_days)
      and updated_at < clock_timestamp() - make_interval(days => p_days)
    order by used_at
    limit p_limit
    for update skip locked
  )
  delete from memories m
  using old o
  where m.tenant_id = o.tenant_id and m.agent_id = o.agent_id and m.subject_hash = o.subject_hash;
  get diagnostics v_removed = row_count;
  return v_removed;
end
$$;

select run_across_tenants('purge_memories');
