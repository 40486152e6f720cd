-- Links on their way to people: what was sent to whom and how it went, who wants no more of it, and when it is sent
-- by itself. Addresses are sealed; their keyed hash finds them.
create table send_outs (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  agent_id uuid not null references agents,
  -- the link that is sent; of a personal send-out the one that each recipient's own is a copy of
  link_id uuid not null references temporary_chat_links on delete cascade,
  channel text not null check (channel in ('email', 'sms', 'slack', 'teams', 'webhook')),
  personalised boolean not null,
  template text not null,
  -- the owner's own words in place of the template's
  subject text,
  message text,
  -- the schedule that sent it, if one did
  schedule_id uuid,
  created_by text not null,
  created_at timestamptz not null default clock_timestamp(),
  cancelled_at timestamptz
);
create index send_outs_link on send_outs (link_id, created_at desc, id desc);
create index send_outs_age on send_outs (created_at);
select protect_by_tenant('send_outs');

create table send_out_recipients (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  send_out_id uuid not null references send_outs on delete cascade,
  position integer not null,
  -- {address, name}, bound to the row
  address_sealed text not null,
  -- of the person within the tenant, as entry checks have it
  address_hash text not null,
  -- enough of the address to recognise it
  hint text not null,
  language text not null,
  -- the recipient's own link, once it is made
  link_id uuid references temporary_chat_links on delete set null,
  status text not null default 'pending'
    check (status in ('pending', 'sent', 'failed', 'suppressed', 'limited', 'in_doubt', 'cancelled')),
  attempts integer not null default 0,
  -- an attempt has begun to tell the provider, and nobody knows yet how it went
  handed_over_at timestamptz,
  next_attempt_at timestamptz not null default clock_timestamp(),
  claimed_until timestamptz,
  outcome text,
  -- the provider's name of the message
  provider_id text,
  created_at timestamptz not null default clock_timestamp(),
  sent_at timestamptz,
  ended_at timestamptz,
  unique (send_out_id, address_hash)
);
create index send_out_recipients_due on send_out_recipients (next_attempt_at) where ended_at is null;
create index send_out_recipients_order on send_out_recipients (send_out_id, position);
create index send_out_recipients_person on send_out_recipients (tenant_id, address_hash, created_at);
create index send_out_recipients_day on send_out_recipients (tenant_id, created_at);
create index send_out_recipients_link on send_out_recipients (link_id) where link_id is not null;
select protect_by_tenant('send_out_recipients');

-- Who wants no mail and no text message with links of the tenant.
create table suppressions (
  id uuid not null unique default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  address_hash text not null,
  -- bound to the hash; null = it was erased, and the hash alone still keeps the promise
  address_sealed text,
  hint text not null,
  reason text not null check (reason in ('unsubscribed', 'owner', 'bounced')),
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, address_hash)
);
select protect_by_tenant('suppressions');

create table schedules (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  agent_id uuid not null references agents,
  name text,
  cron text not null,
  timezone text not null,
  action text not null check (action in ('create_and_send_temp_chat_link')),
  -- of the action, without its recipients
  parameters jsonb not null,
  paused_at timestamptz,
  -- null = there is none, or the schedule is paused
  next_at timestamptz,
  created_by text not null,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);
create index schedules_due on schedules (next_at) where next_at is not null;
create index schedules_list on schedules (tenant_id, created_at desc, id desc);
select protect_by_tenant('schedules');

create table schedule_recipients (
  schedule_id uuid not null references schedules on delete cascade,
  tenant_id uuid not null references tenants,
  address_hash text not null,
  position integer not null,
  -- {address, name}, bound to schedule and hash
  address_sealed text not null,
  hint text not null,
  language text,
  primary key (schedule_id, address_hash)
);
select protect_by_tenant('schedule_recipients');

create table schedule_runs (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  schedule_id uuid not null references schedules on delete cascade,
  -- an occurrence is a row: whoever inserts it first has made it
  occurrence_at timestamptz not null,
  cause text not null check (cause in ('cron', 'owner')),
  status text not null check (status in ('pending', 'done', 'failed', 'missed')),
  send_out_id uuid references send_outs on delete set null,
  outcome text,
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default clock_timestamp(),
  claimed_until timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  unique (schedule_id, occurrence_at)
);
create index schedule_runs_due on schedule_runs (next_attempt_at) where status = 'pending';
select protect_by_tenant('schedule_runs');
