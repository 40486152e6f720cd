-- Running sessions of a suspended tenant that began before this are still to be ended; null = all have been. They are
-- ended in batches, because one tenant may have more of them than one statement is given time for.
alter table tenants add column end_sessions_before timestamptz;
create index tenants_ending on tenants (id) where end_sessions_before is not null;
