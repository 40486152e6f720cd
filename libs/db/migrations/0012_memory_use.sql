-- When a memory was last used, to the day: what nobody comes back to is removed some time after.
alter table memories add column used_at timestamptz not null default now();
create index memories_used on memories (used_at);
