-- Counts sessions and records by how much their numbers differ from the previous count, for add_analytics(). A session
-- whose content is gone keeps its last count. Idempotent: a second time nothing differs. The caller looks across
-- tenants, and holds the lock of analytics_lock(): two at once would both record the same difference.
create or replace function take_session_numbers(p_ids uuid[]) returns integer
language plpgsql as $$
declare
  v_taken integer;
begin
  with numbers as materialized (
    select * from session_numbers(
      (select coalesce(array_agg(id), '{}') from text_conversations where id = any(p_ids) and purged_at is null)
    )
  ),
  fresh as materialized (
    select
      c.id, c.tenant_id, c.agent_id, c.agent_version, coalesce(c.link_id, nil.id) as link_id, c.done_seq,
      coalesce(known.channel, link_channel(l)) as channel,
      n.hours, n.families, n.names, n.amounts
    from text_conversations c
    cross join (values ('00000000-0000-0000-0000-000000000000'::uuid)) nil(id)
    left join temporary_chat_links l on l.id = c.link_id
    left join analytics_sessions known on known.conversation_id = c.id
    join (
      select
        conversation_id, array_agg(hour) as hours, array_agg(family) as families, array_agg(name) as names,
        array_agg(amount) as amounts
      from numbers
      group by 1
    ) n on n.conversation_id = c.id
    where c.id = any(p_ids) and c.purged_at is null
  ),
  old as materialized (
    select s.*
    from analytics_sessions s
    join fresh on fresh.id = s.conversation_id
  ),
  kept as (
    insert into analytics_sessions (
      conversation_id, tenant_id, agent_id, agent_version, link_id, channel, done_seq, taken_at, hours, families, names,
      amounts
    )
    select
      id, tenant_id, agent_id, agent_version, link_id, channel, done_seq, clock_timestamp(), hours, families, names,
      amounts
    from fresh
    on conflict (conversation_id) do update
    set
      agent_id = excluded.agent_id,
      agent_version = excluded.agent_version,
      link_id = excluded.link_id,
      done_seq = excluded.done_seq,
      taken_at = excluded.taken_at,
      hours = excluded.hours,
      families = excluded.families,
      names = excluded.names,
      amounts = excluded.amounts
    returning conversation_id
  ),
  noted as (
    insert into analytics_deltas (
      tenant_id, hour, agent_id, agent_version, link_id, channel, family, name, amount
    )
    select tenant_id, hour, agent_id, agent_version, link_id, channel, family, name, sum(amount)
    from (
      select f.tenant_id, f.agent_id, f.agent_version, f.link_id, f.channel, u.*
      from fresh f
      cross join lateral unnest(f.hours, f.families, f.names, f.amounts) u(hour, family, name, amount)
      union all
      select o.tenant_id, o.agent_id, o.agent_version, o.link_id, o.channel, u.hour, u.family, u.name, -u.amount
      from old o
      cross join lateral unnest(o.hours, o.families, o.names, o.amounts) u(hour, family, name, amount)
    ) both_sides
    group by 1, 2, 3, 4, 5, 6, 7, 8
    having sum(amount) <> 0
  )
  select count(*)::int into v_taken from kept;
  return v_taken;
end
$$;

revoke all on function take_session_numbers(uuid[]) from public;
grant execute on function take_session_numbers(uuid[]) to parley_jobs;
