-- Numbers about sessions, added up as sessions happen (docs/adr/0061). A question reads `analytics_rollups` alone.
-- Agent, link: the nil id = of none. Version: 0 = not known.

-- What one session adds: parallel arrays, one element a number. Kept after the content of the session is gone, so that
-- a later change of the session takes away just what it had added.
create table analytics_sessions (
  conversation_id uuid primary key,
  tenant_id uuid not null references tenants,
  agent_id uuid not null,
  agent_version integer not null,
  link_id uuid not null,
  -- as it was when the session was first looked at: link, widget, api
  channel text not null,
  -- turns that were done then; a running session with more is looked at again
  done_seq integer not null,
  taken_at timestamptz not null,
  hours timestamptz[] not null,
  families text[] not null,
  names text[] not null,
  amounts numeric[] not null
);
select protect_by_tenant('analytics_sessions');

-- Sessions to look at: written in the transaction that ends or changes one. No constraint that two writers could wait
-- at: the same session may stand here many times.
create table analytics_due (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenants,
  conversation_id uuid not null
);
create index analytics_due_conversation on analytics_due (conversation_id);
select protect_by_tenant('analytics_due');

-- Amounts on their way into the rollups, of sessions and of what gateways count.
create table analytics_deltas (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenants on delete cascade,
  hour timestamptz not null,
  agent_id uuid not null,
  agent_version integer not null,
  link_id uuid not null,
  channel text not null,
  family text not null,
  name text not null,
  amount numeric not null
);
select protect_by_tenant('analytics_deltas');

-- grain: hour = an hour of a link, link = a day of a link, day = a day of all links (link_id is the nil id).
create table analytics_rollups (
  tenant_id uuid not null references tenants,
  family text not null,
  grain text not null check (grain in ('hour', 'link', 'day')),
  period timestamptz not null,
  agent_id uuid not null,
  agent_version integer not null,
  link_id uuid not null,
  channel text not null,
  names text[] not null,
  amounts numeric[] not null,
  primary key (tenant_id, family, grain, period, agent_id, agent_version, link_id, channel)
) with (fillfactor = 80);
create index analytics_rollups_link on analytics_rollups (tenant_id, family, grain, link_id, period)
  where grain <> 'day';
select protect_by_tenant('analytics_rollups');

-- What was there before.
insert into analytics_due (tenant_id, conversation_id)
select tenant_id, id
from text_conversations
where ended_at is not null and purged_at is null;
