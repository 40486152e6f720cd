-- What visitors wrote with a rating, newest first.
create index session_feedback_comments on session_feedback (tenant_id, updated_at desc) where text is not null;
create index message_ratings_comments on message_ratings (tenant_id, updated_at desc) where text is not null;

-- Hours of all links, beside days of all links.
alter table analytics_rollups drop constraint analytics_rollups_grain_check;
alter table analytics_rollups add constraint analytics_rollups_grain_check
  check (grain in ('hour', 'link', 'hour_all', 'day'));
