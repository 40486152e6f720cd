-- contracts since 0053: the table is replaced by one of the same name and columns.
-- Each grain of the rollups gets a partition of its own. In one table the rows of a grain were spread over the pages of
-- all, in the order in which sessions ended: a question about months of links read a page for each row.
-- A purge that was called before its function was dropped must hold its lock first, so that this one waits for it.
select pg_sleep(2) where exists (select from analytics_rollups);
lock table analytics_rollups in share mode;
create table analytics_rollups_by_grain (like analytics_rollups including defaults) partition by list (grain);
create table analytics_by_hour partition of analytics_rollups_by_grain
  for values in ('hour') with (fillfactor = 80);
create table analytics_by_link partition of analytics_rollups_by_grain
  for values in ('link') with (fillfactor = 80);
create table analytics_by_link_week partition of analytics_rollups_by_grain
  for values in ('link_week') with (fillfactor = 80);
create table analytics_by_link_month partition of analytics_rollups_by_grain
  for values in ('link_month') with (fillfactor = 80);
create table analytics_by_hour_all partition of analytics_rollups_by_grain
  for values in ('hour_all') with (fillfactor = 80);
create table analytics_by_day partition of analytics_rollups_by_grain
  for values in ('day') with (fillfactor = 80);
create table analytics_by_week partition of analytics_rollups_by_grain
  for values in ('week') with (fillfactor = 80);
create table analytics_by_hour_total partition of analytics_rollups_by_grain
  for values in ('hour_total') with (fillfactor = 80);
create table analytics_by_day_total partition of analytics_rollups_by_grain
  for values in ('day_total') with (fillfactor = 80);

insert into analytics_rollups_by_grain
select * from analytics_rollups;
drop table analytics_rollups;
alter table analytics_rollups_by_grain rename to analytics_rollups;
alter table analytics_rollups
  add primary key (tenant_id, family, grain, period, agent_id, agent_version, link_id, channel),
  add foreign key (tenant_id) references tenants;
select protect_by_tenant('analytics_rollups');

create index analytics_by_hour_link on analytics_by_hour (tenant_id, family, link_id, period);
create index analytics_by_link_link on analytics_by_link (tenant_id, family, link_id, period);
create index analytics_by_link_week_link on analytics_by_link_week (tenant_id, family, link_id, period);
create index analytics_by_link_month_link on analytics_by_link_month (tenant_id, family, link_id, period);
-- For the removal of old hours.
create index analytics_by_hour_period on analytics_by_hour (period);
create index analytics_by_hour_all_period on analytics_by_hour_all (period);
create index analytics_by_hour_total_period on analytics_by_hour_total (period);
