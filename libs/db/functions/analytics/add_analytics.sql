-- Adds up to p_limit noted amounts to the rollups of their hour and day, of their link and of all links, and forgets
-- them: in one transaction, so each counts once. An hour that is no longer kept is counted in its day alone. The caller
-- looks across tenants and holds the lock of analytics_lock(). Taken as a range of ids: statistics say that this table
-- is empty, as it is between two steps, and with them a join would compare each amount with each. Answers how many.
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
  spread as (
    select tenant_id, family, 'hour' as grain, hour as period, agent_id, agent_version, link_id, channel, name, amount
    from taken
    where hour >= analytics_hours_since()
    union all
    select
      tenant_id, family, 'link', date_trunc('day', hour, 'UTC'), agent_id, agent_version, link_id, channel, name, amount
    from taken
    union all
    select
      tenant_id, family, 'hour_all', hour, agent_id, agent_version, '00000000-0000-0000-0000-000000000000', channel,
      name, amount
    from taken
    where hour >= analytics_hours_since()
    union all
    select
      tenant_id, family, 'day', date_trunc('day', hour, 'UTC'), agent_id, agent_version,
      '00000000-0000-0000-0000-000000000000', channel, name, amount
    from taken
  ),
  summed as (
    select
      tenant_id, family, grain, period, agent_id, agent_version, link_id, channel, name, sum(amount) as amount
    from spread
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
  ),
  written as (
    insert into analytics_rollups as r (
      tenant_id, family, grain, period, agent_id, agent_version, link_id, channel, names, amounts
    )
    select
      tenant_id, family, grain, period, agent_id, agent_version, link_id, channel, array_agg(name order by name),
      array_agg(amount order by name)
    from summed
    group by 1, 2, 3, 4, 5, 6, 7, 8
    on conflict (tenant_id, family, grain, period, agent_id, agent_version, link_id, channel) do update
    set (names, amounts) = (
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
