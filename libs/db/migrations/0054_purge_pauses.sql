-- The purge of old hours deletes rows by their place (ctid), which is unique in one table but not across the partitions
-- that the next file makes. It is gone until the functions are applied, after the numbered files.
drop function if exists purge_analytics_hours(integer);
