-- From which addresses a link was opened: a keyed hash for each day (UTC), different at every link.
-- They belong to no session.
create table link_addresses (
  tenant_id uuid not null references tenants on delete cascade,
  link_id uuid not null references temporary_chat_links on delete cascade,
  day date not null,
  address_hash text not null,
  primary key (link_id, day, address_hash)
);
create index link_addresses_day on link_addresses (day);
create index link_addresses_tenant on link_addresses (tenant_id);
select protect_by_tenant('link_addresses');
