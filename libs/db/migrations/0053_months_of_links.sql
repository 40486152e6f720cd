-- contracts since 0044: the check becomes looser, and nothing needs the old one.
-- A question about half a year that ranks thousands of links reads months (link_month, from the first, UTC) instead of
-- weeks.
-- Nothing is rolled up until this connection ends: the old add_analytics(), which writes no months, must not add
-- amounts between the backfill below and its replacement.
select pg_advisory_lock(hashtextextended('analytics', 0));
alter table analytics_rollups
  drop constraint analytics_rollups_grain_check,
  add constraint analytics_rollups_grain_check check (
    grain in ('hour', 'link', 'link_week', 'link_month', 'hour_all', 'day', 'week', 'hour_total', 'day_total')
  );
drop index analytics_rollups_link;
create index analytics_rollups_link on analytics_rollups (tenant_id, family, grain, link_id, period)
  where grain in ('hour', 'link', 'link_week', 'link_month');

-- What was there before.
insert into analytics_rollups (
  tenant_id, family, grain, period, agent_id, agent_version, link_id, channel, names, amounts, weight
)
select
  tenant_id, family, 'link_month', month, agent_id, agent_version, link_id, channel, array_agg(name order by name),
  array_agg(amount order by name), sum(amount)
from (
  select r.tenant_id, r.family, date_trunc('month', r.period, 'UTC') as month, r.agent_id, r.agent_version, r.link_id,
    r.channel, u.name, sum(u.amount) as amount
  from analytics_rollups r
  cross join lateral unnest(r.names, r.amounts) u(name, amount)
  where r.grain = 'link'
  group by 1, 2, 3, 4, 5, 6, 7, 8
) summed
group by 1, 2, 3, 4, 5, 6, 7, 8;
