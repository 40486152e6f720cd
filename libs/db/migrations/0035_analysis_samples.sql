-- Which share of the sessions of a version is analysed after the end.
alter table agent_versions add column analysis_share double precision not null default 1;

-- Hours of rollups are deleted after a while, days are not.
create index analytics_rollups_hours on analytics_rollups (period) where grain in ('hour', 'hour_all');
