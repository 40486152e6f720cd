-- How users sign in: links by mail, and the sessions of their browsers.
create table sign_in_links (
  token_id text primary key,
  tenant_id uuid not null references tenants on delete cascade,
  user_id uuid not null references users on delete cascade,
  token_hash bytea not null,
  -- keyed hash of what the browser that asked holds; null = any browser, of a link that was shown at a terminal
  browser_hash text,
  expires_at timestamptz not null
);
create index sign_in_links_user on sign_in_links (tenant_id, user_id);
select protect_by_tenant('sign_in_links');

create table user_sessions (
  id uuid primary key,
  tenant_id uuid not null references tenants on delete cascade,
  user_id uuid not null references users on delete cascade,
  token_id text not null unique,
  token_hash bytea not null,
  via text not null check (via in ('mail', 'start', 'oidc')),
  -- what the browser calls itself: tells a person's own sessions apart
  browser text not null,
  created_at timestamptz not null default clock_timestamp(),
  last_used_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  ended_at timestamptz
);
create index user_sessions_user on user_sessions (tenant_id, user_id, created_at desc);
select protect_by_tenant('user_sessions');

-- Who asked for a link, known here or not: the limits must not tell. Of no tenant, so only functions see it.
create table sign_in_asks (
  -- keyed hash of the address
  mail_hash text not null,
  created_at timestamptz not null default clock_timestamp()
);
create index sign_in_asks_address on sign_in_asks (mail_hash, created_at desc);
create index sign_in_asks_age on sign_in_asks (created_at);
alter table sign_in_asks enable row level security;
alter table sign_in_asks force row level security;
create policy jobs on sign_in_asks to parley_jobs using (true) with check (true);
grant select, insert, update, delete on sign_in_asks to parley_jobs;
