-- Adds up to p_limit recorded amounts to the rollups of their hour, day, week and month, of their link, of all links
-- and of the tenant, and deletes them: in one transaction, so each counts once. An hour that is no longer kept counts
-- in the coarser rollups alone. The caller looks across tenants and holds the lock of analytics_lock(). Read as a range
-- of ids: statistics say that this table is empty, as it is between two steps, and with them a join would compare each
-- amount with each. Returns how many.
create or replace function add_analytics(p_limit integer) returns integer
language plpgsql as $$
declare
  v_added integer;
begin
  with taken as materialized (
    delete from analytics_deltas
    where id <= (select max(id) from (select id from analytics_deltas order by id limit p_limit) due)
    returning *
  ),
  -- Many links share names within an hour, so the grains above links start from fewer rows.
  all_links as materialized (
    select tenant_id, family, hour, agent_id, agent_version, channel, name, sum(amount) as amount
    from taken
    group by hour, name, agent_id, agent_version, channel, family, tenant_id
  ),
  spread as (
    select t.tenant_id, t.family, g.*, t.agent_id, t.agent_version, t.link_id, t.channel, t.name, t.amount
    from taken t
    cross join lateral (
      values
        ('hour', t.hour), ('link', date_trunc('day', t.hour, 'UTC')), ('link_week', date_trunc('week', t.hour, 'UTC')),
        ('link_month', date_trunc('month', t.hour, 'UTC'))
    ) g(grain, period)
    union all
    select a.tenant_id, a.family, g.*, a.name, a.amount
    from all_links a
    cross join (values ('00000000-0000-0000-0000-000000000000'::uuid)) nil(id)
    cross join lateral (
      values
        ('hour_all', a.hour, a.agent_id, a.agent_version, nil.id, a.channel),
        ('day', date_trunc('day', a.hour, 'UTC'), a.agent_id, a.agent_version, nil.id, a.channel),
        ('week', date_trunc('week', a.hour, 'UTC'), a.agent_id, a.agent_version, nil.id, a.channel),
        ('hour_total', a.hour, nil.id, 0, nil.id, ''),
        ('day_total', date_trunc('day', a.hour, 'UTC'), nil.id, 0, nil.id, '')
    ) g(grain, period, agent_id, agent_version, link_id, channel)
  ),
  summed as (
    select
      tenant_id, family, grain, period, agent_id, agent_version, link_id, channel, name, sum(amount) as amount
    from spread
    where grain not in ('hour', 'hour_all', 'hour_total') or period >= analytics_hours_since()
    -- The columns that differ most come first, because this is sorted.
    group by link_id, period, agent_id, family, grain, agent_version, channel, tenant_id, name
  ),
  written as (
    insert into analytics_rollups as r (
      tenant_id, family, grain, period, agent_id, agent_version, link_id, channel, names, amounts, weight
    )
    select
      tenant_id, family, grain, period, agent_id, agent_version, link_id, channel, array_agg(name order by name),
      array_agg(amount order by name), sum(amount)
    from summed
    group by link_id, period, agent_id, family, grain, agent_version, channel, tenant_id
    on conflict (tenant_id, family, grain, period, agent_id, agent_version, link_id, channel) do update
    set weight = r.weight + excluded.weight, (names, amounts) = (
      select coalesce(array_agg(name order by name), '{}'), coalesce(array_agg(amount order by name), '{}')
      from (
        select name, sum(amount) as amount
        from (
          select * from unnest(r.names, r.amounts) own(name, amount)
          union all
          select * from unnest(excluded.names, excluded.amounts) more(name, amount)
        ) all_amounts
        group by name
        having sum(amount) <> 0
      ) merged
    )
  )
  select count(*)::int into v_added from taken;
  return v_added;
end
$$;

revoke all on function add_analytics(integer) from public;
grant execute on function add_analytics(integer) to parley_jobs;
