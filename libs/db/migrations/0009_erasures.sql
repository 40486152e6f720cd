-- Erasure of what is kept of a person or of one session: the job while it is worked off, its receipt and its tombstone
-- afterwards. A row never holds an address in clear.
create table erasures (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  kind text not null check (kind in ('email', 'session')),
  -- keyed hash of the address within the tenant, or of the session's id: what is left of it when the work is done
  subject_hash text not null,
  -- under which the memory of the person stands; null = there is none to look for
  memory_hash text,
  -- of a session: the agent whose memory its words went into; null = of every agent
  memory_agent uuid,
  -- the address or the session's id, until the work is done
  subject_sealed text,
  cause text not null default 'request' check (cause in ('request', 'restore')),
  -- only what is older goes: whoever comes back later begins anew
  erased_before timestamptz not null default clock_timestamp(),
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done')),
  -- index of the step in hand, and how far it has come
  step integer not null default 0,
  position uuid,
  -- store → what → how many
  removed jsonb not null default '{}',
  -- how often the search after the work found something that was left
  rounds integer not null default 0,
  claim uuid,
  claimed_until timestamptz,
  next_at timestamptz not null default clock_timestamp(),
  receipt json,
  requested_by text not null,
  created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  started_at timestamptz,
  done_at timestamptz
);
create unique index erasures_open on erasures (tenant_id, kind, subject_hash) where state <> 'done';
create index erasures_due on erasures (next_at) where state <> 'done';
create index erasures_list on erasures (tenant_id, created_at desc, id desc);
select protect_by_tenant('erasures');

-- The sessions of an erasure. They stay with its tombstone, so that they are found by their ids when a backup brings
-- their words back.
create table erasure_sessions (
  erasure_id uuid not null references erasures on delete cascade,
  conversation_id uuid not null,
  tenant_id uuid not null,
  session_id text not null,
  erased_at timestamptz,
  primary key (erasure_id, conversation_id)
);
select protect_by_tenant('erasure_sessions');
