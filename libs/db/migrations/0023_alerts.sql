-- Rules that tell people when a number crosses a threshold, and each crossing.
create table alerts (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  name text,
  kind text not null check (
    kind in (
      'budget_spent', 'budget_used_up', 'failed_turns', 'failed_turn_rate', 'waiting_time', 'webhook_failing',
      'rating_below', 'dead_letters'
    )
  ),
  -- null = of all
  agent_id uuid references agents on delete cascade,
  link_id uuid references temporary_chat_links on delete cascade,
  -- counts what all tenants have: only whoever operates the installation can set it
  all_tenants boolean not null default false,
  threshold numeric not null,
  -- of kinds that look at a period
  window_hours integer,
  tell_recovery boolean not null default false,
  -- whom to tell: [{id, kind: mail | chat, sealed, hint}]
  targets jsonb not null default '[]',
  is_active boolean not null default true,
  next_at timestamptz not null default clock_timestamp(),
  created_by text not null,
  created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  updated_at timestamptz not null default clock_timestamp()
);
create index alerts_due on alerts (next_at) where is_active;
create index alerts_list on alerts (tenant_id, created_at desc, id desc);
select protect_by_tenant('alerts');

-- One crossing of one subject: at most one of them is open, which is what makes it told once.
create table alert_firings (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  alert_id uuid not null references alerts on delete cascade,
  cause text not null default 'crossing' check (cause in ('crossing', 'test')),
  -- a link or an endpoint of webhooks; the nil id = the rule as a whole
  subject uuid not null,
  value numeric,
  threshold numeric not null,
  fired_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  recovered_at timestamptz,
  recovered_value numeric,
  -- the event of the recovery; that of the crossing has the id of the row
  recovery_id uuid not null default gen_random_uuid()
);
create unique index alert_firings_open on alert_firings (alert_id, subject) where recovered_at is null;
create index alert_firings_list on alert_firings (alert_id, fired_at desc, id desc);
create index alert_firings_age on alert_firings (fired_at);
select protect_by_tenant('alert_firings');

-- A notice tells of an escalation, or of a crossing.
alter table escalation_notices rename to notices;
alter index escalation_notices_due rename to notices_due;
alter table notices alter column escalation_id drop not null;
alter table notices
  add column firing_id uuid references alert_firings on delete cascade,
  add column event text check (event in ('fired', 'recovered', 'test')),
  add constraint notices_tell_of_one check (
    (escalation_id is null) <> (firing_id is null) and (firing_id is null) = (event is null)
  );
create unique index notices_firing on notices (firing_id, event, target) where firing_id is not null;

create index link_budgets_tenant on link_budgets (tenant_id);
