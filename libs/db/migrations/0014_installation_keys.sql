-- What hashes are made with, sealed under the installation's master key: it stays when the master key changes.
-- It belongs to no tenant.
create table installation_keys (
  name text primary key,
  sealed text not null,
  created_at timestamptz not null default clock_timestamp()
);
alter table installation_keys enable row level security;
alter table installation_keys force row level security;
create policy installation on installation_keys to parley_app using (true) with check (true);
grant select, insert, update on installation_keys to parley_app;
