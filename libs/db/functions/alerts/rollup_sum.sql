-- The sum of the names of a family that match p_names (as in `like`), in what a rule covers: the current hour and as
-- many before it as its window has. p_weighted: each amount times the number after the slash of its name.
-- Cost: rollups of hours, by their primary key; as many as the window has hours, agents, versions and channels.
create or replace function rollup_sum(a alerts, p_family text, p_names text, p_weighted boolean default false)
returns numeric
language sql stable as $$
  select coalesce(sum(u.amount * case when p_weighted then split_part(u.name, '/', 2)::numeric else 1 end), 0)
  from analytics_rollups r
  cross join lateral unnest(r.names, r.amounts) u(name, amount)
  where r.tenant_id = a.tenant_id
    and r.family = p_family
    and r.grain = case when a.link_id is null then 'hour_all' else 'hour' end
    and r.period >= date_trunc('hour', clock_timestamp()) - make_interval(hours => a.window_hours)
    and (a.agent_id is null or r.agent_id = a.agent_id)
    and (a.link_id is null or r.link_id = a.link_id)
    and u.name like p_names
$$;
