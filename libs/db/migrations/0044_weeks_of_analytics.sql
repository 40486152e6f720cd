-- contracts since 0017: the check becomes looser, and nothing needs the old one.
-- Coarser rollups, so that a question about half a year reads weeks instead of days, and one that is not told apart by
-- agent reads one row a day or an hour. link_week = a week (from Monday, UTC) of a link, week = of all links;
-- day_total, hour_total = of the tenant: agent and link are the nil id, the version is 0, the channel is empty.
-- weight: the sum of the amounts, which ranks links before their names are read; not known of hours before this file.
alter table analytics_rollups
  add column weight numeric not null default 0,
  drop constraint analytics_rollups_grain_check,
  add constraint analytics_rollups_grain_check check (
    grain in ('hour', 'link', 'link_week', 'hour_all', 'day', 'week', 'hour_total', 'day_total')
  );
drop index analytics_rollups_link;
create index analytics_rollups_link on analytics_rollups (tenant_id, family, grain, link_id, period)
  where grain in ('hour', 'link', 'link_week');
drop index analytics_rollups_hours;
create index analytics_rollups_hours on analytics_rollups (period)
  where grain in ('hour', 'hour_all', 'hour_total');

-- What was there before.
update analytics_rollups
set weight = (select coalesce(sum(a), 0) from unnest(amounts) a)
where grain in ('link', 'day');
insert into analytics_rollups (
  tenant_id, family, grain, period, agent_id, agent_version, link_id, channel, names, amounts, weight
)
select
  tenant_id, family, grain, period, agent_id, agent_version, link_id, channel, array_agg(name order by name),
  array_agg(amount order by name), sum(amount)
from (
  select r.tenant_id, r.family, c.grain, c.period, c.agent_id, c.agent_version, r.link_id, c.channel, u.name,
    sum(u.amount) as amount
  from analytics_rollups r
  cross join lateral (
    select 'link_week' as grain, date_trunc('week', r.period, 'UTC') as period, r.agent_id, r.agent_version, r.channel
    where r.grain = 'link'
    union all
    select 'week', date_trunc('week', r.period, 'UTC'), r.agent_id, r.agent_version, r.channel
    where r.grain = 'day'
    union all
    select 'day_total', r.period, '00000000-0000-0000-0000-000000000000', 0, ''
    where r.grain = 'day'
    union all
    select 'hour_total', r.period, '00000000-0000-0000-0000-000000000000', 0, ''
    where r.grain = 'hour_all'
  ) c
  cross join lateral unnest(r.names, r.amounts) u(name, amount)
  group by 1, 2, 3, 4, 5, 6, 7, 8, 9
) summed
group by 1, 2, 3, 4, 5, 6, 7, 8;
