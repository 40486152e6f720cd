-- What was sent of all links, newest first; those of one link have an index of their own.
create index send_outs_list on send_outs (tenant_id, created_at desc, id desc);

-- Sent by the team and not by the visitor: it takes none of the visitor's places.
alter table session_files add column by_team boolean not null default false;

-- Browsers of operators that are told while no page is open. What is told names nobody.
create table push_subscriptions (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  user_id uuid not null references users on delete cascade,
  -- keyed: one browser is one row
  endpoint_hash text not null,
  -- of the browser's push service, to recognise it
  host text not null,
  -- {endpoint, keys}, bound to the row
  subscription_sealed text not null,
  created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  unique (tenant_id, endpoint_hash)
);
create index push_subscriptions_user on push_subscriptions (user_id, created_at desc);
select protect_by_tenant('push_subscriptions');

-- Set = told to this browser and not to a chat; older code gives it up, because it cannot open the address.
alter table notices add column push_id uuid references push_subscriptions on delete cascade;
create index notices_push on notices (push_id) where push_id is not null;
