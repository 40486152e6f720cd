-- People of the owner's team, who manage with a role of their own.
create table users (
  id uuid primary key,
  tenant_id uuid not null references tenants on delete cascade,
  -- in its one spelling
  email text not null,
  name text,
  role text not null check (role in ('owner', 'admin', 'editor', 'operator', 'viewer')),
  created_at timestamptz not null default clock_timestamp(),
  -- the first time since the invitation; null = the address may be a mistake
  signed_in_at timestamptz,
  last_seen_at timestamptz,
  -- a removed person can be invited again
  removed_at timestamptz,
  unique (tenant_id, email)
);
create index users_newest on users (tenant_id, created_at desc, id desc);
select protect_by_tenant('users');
