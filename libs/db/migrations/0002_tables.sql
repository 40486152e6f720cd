-- Tenants, credentials ------------------------------------------------------------------------------------------------
create table tenants (
  id uuid primary key,
  name text not null,
  created_at timestamptz not null default now()
);

create table api_tokens (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  token_id text not null unique,
  token_hash bytea not null,
  token_hint text not null,
  name text not null,
  role text not null check (role in ('owner', 'admin', 'editor', 'operator', 'viewer')),
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index api_tokens_tenant on api_tokens (tenant_id, created_at);

create table api_keys (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  key_id text not null unique,
  secret_sealed text not null,
  name text not null,
  scopes text[] not null default '{}',
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  -- set by a rotation: the old key stays valid until then
  expires_at timestamptz,
  revoked_at timestamptz
);
create index api_keys_tenant on api_keys (tenant_id, created_at);

-- Agents --------------------------------------------------------------------------------------------------------------
create table agents (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  name text not null,
  slug text not null,
  description text,
  active_version integer,
  latest_version integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, slug)
);

create table agent_versions (
  agent_id uuid not null references agents on delete cascade,
  version integer not null check (version >= 1),
  tenant_id uuid not null references tenants,
  -- json, not jsonb: an export gives back the document with its keys in the author's order
  document json not null,
  content_hash text not null,
  notes text,
  created_at timestamptz not null default now(),
  primary key (agent_id, version)
);

-- Links ---------------------------------------------------------------------------------------------------------------
create table temporary_chat_links (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  agent_id uuid not null references agents,
  token_id text not null unique,
  token_hash bytea not null,
  token_hint text not null,
  title text not null,
  description text,
  welcome_message text,
  agent_version integer,
  expires_at timestamptz,
  max_sessions integer not null default 1,
  sessions_used integer not null default 0,
  max_messages_per_session integer not null default 100,
  session_timeout_minutes integer not null default 30,
  rate_limit_per_minute integer not null default 10,
  max_message_length integer not null default 4000,
  require_email boolean not null default false,
  allowed_domains text[] not null default '{}',
  branding jsonb not null default '{}',
  chat_intent text,
  system_prompt_override text,
  initial_message text,
  friendly_errors boolean not null default false,
  metadata jsonb not null default '{}',
  is_active boolean not null default true,
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_used_at timestamptz,
  -- set once the expiry job has announced the expiry
  expired_at timestamptz,
  deleted_at timestamptz
);
create index temporary_chat_links_agent on temporary_chat_links (tenant_id, agent_id, created_at desc, id desc) where deleted_at is null;
create index temporary_chat_links_expiry on temporary_chat_links (expires_at) where expired_at is null and deleted_at is null;

-- Sessions ------------------------------------------------------------------------------------------------------------
-- One row per conversation: order (next_seq, done_seq), lease (owner, until, fence), quota, state. Every turn updates it, so no
-- index may stand on a column that a turn changes (heap-only updates), and the fill factor leaves room for them.
create table text_conversations (
  id uuid primary key,
  session_id text not null unique,
  tenant_id uuid not null references tenants,
  agent_id uuid not null references agents,
  agent_version integer not null,
  is_active_version boolean not null,
  link_id uuid references temporary_chat_links,
  status text not null default 'active' check (status in ('active', 'completed', 'abandoned', 'error')),
  end_reason text,
  state jsonb,
  node_id text not null default '',
  node_name text,
  node_entered_at timestamptz not null default now(),
  collected_data jsonb not null default '{}',
  total_turns integer not null default 0,
  total_transitions integer not null default 0,
  message_sequence integer not null default 0,
  participant jsonb not null default '{}',
  participant_verified boolean not null default false,
  metadata jsonb not null default '{}',
  -- the link's words for the agent, frozen when the session began: {chat_intent, system_prompt_override, initial_message}
  link_policy jsonb not null default '{}',
  max_messages integer,
  messages_used integer not null default 0,
  idle_timeout_seconds integer not null default 1800,
  expires_at timestamptz,
  next_seq integer not null default 0,
  done_seq integer not null default 0,
  lease_owner text,
  lease_until timestamptz,
  fence bigint not null default 0,
  -- fence of the last commit: fence - committed_fence counts the tries of the turn in hand
  committed_fence bigint not null default 0,
  epoch integer not null default 1,
  event_offset integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  ended_at timestamptz,
  -- when the sweep looks next; moved by the sweep alone, so that turns stay heap-only updates
  idle_check_at timestamptz not null,
  constraint messages_within_quota check (max_messages is null or messages_used <= max_messages),
  constraint done_not_ahead check (done_seq <= next_seq)
) with (fillfactor = 60);
create index text_conversations_tenant on text_conversations (tenant_id, created_at desc, id desc);
create index text_conversations_link on text_conversations (link_id, created_at desc) where link_id is not null;
create index text_conversations_idle on text_conversations (idle_check_at) where ended_at is null;

create table temporary_chat_sessions (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  link_id uuid not null references temporary_chat_links,
  conversation_id uuid not null references text_conversations on delete cascade,
  token_id text not null unique,
  token_hash bytea not null,
  consent_at timestamptz,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  ended_at timestamptz
);
create index temporary_chat_sessions_link on temporary_chat_sessions (link_id, created_at desc);
create index temporary_chat_sessions_conversation on temporary_chat_sessions (conversation_id);

-- Accepted input, one row a turn: the acceptance (sessions) and the outcome (agent-runner, fenced).
create table session_turns (
  conversation_id uuid not null references text_conversations on delete cascade,
  seq integer not null,
  -- no foreign key: the conversation has one, and this row is on the path of every message
  tenant_id uuid not null,
  kind text not null check (kind in ('open', 'message')),
  content text not null default '',
  client_message_id text,
  idem_key text,
  idem_fingerprint text,
  -- of the signed request: a captured one attaches to the first answer, whatever headers are put beside it
  signature text,
  reply_to text,
  status text not null default 'pending' check (status in ('pending', 'done', 'failed')),
  error_code text,
  -- json keeps the bytes: a repeated request gets the very same answer
  result json,
  trace json,
  created_at timestamptz not null default now(),
  done_at timestamptz,
  primary key (conversation_id, seq)
) with (fillfactor = 80);
create unique index session_turns_client_message on session_turns (conversation_id, client_message_id) where client_message_id is not null;
create unique index session_turns_idem on session_turns (conversation_id, idem_key) where idem_key is not null;
create unique index session_turns_signature on session_turns (conversation_id, signature) where signature is not null;
create index session_turns_pending on session_turns (created_at) where status = 'pending';

create table text_conversation_messages (
  id uuid not null default gen_random_uuid(),
  conversation_id uuid not null,
  tenant_id uuid not null,
  sequence integer not null,
  turn_seq integer not null,
  role text not null check (role in ('user', 'assistant')),
  content text not null,
  node_id text,
  node_name text,
  client_message_id text,
  status text not null default 'done' check (status in ('done', 'failed')),
  created_at timestamptz not null default now(),
  primary key (conversation_id, sequence, created_at)
) partition by range (created_at);

create table text_conversation_transitions (
  conversation_id uuid not null,
  tenant_id uuid not null,
  sequence integer not null,
  turn_seq integer not null,
  from_node text not null,
  from_node_name text,
  to_node text not null,
  to_node_name text,
  condition text,
  created_at timestamptz not null default now(),
  primary key (conversation_id, sequence, created_at)
) partition by range (created_at);

create table text_conversation_variables (
  conversation_id uuid not null references text_conversations on delete cascade,
  name text not null,
  tenant_id uuid not null,
  value jsonb,
  node_id text,
  turn_seq integer not null,
  updated_at timestamptz not null default now(),
  primary key (conversation_id, name)
);

-- The event log of a session: what every stream reader replays. Offsets grow by one, under the lock of the conversation row.
create table session_events (
  conversation_id uuid not null,
  event_offset integer not null,
  tenant_id uuid not null,
  type text not null,
  payload json not null,
  created_at timestamptz not null default now(),
  primary key (conversation_id, event_offset, created_at)
) partition by range (created_at);

-- Turns given up after too many tries; the session goes on.
create table dead_turns (
  conversation_id uuid not null references text_conversations on delete cascade,
  seq integer not null,
  tenant_id uuid not null,
  reason text not null,
  created_at timestamptz not null default now(),
  primary key (conversation_id, seq)
);

-- Shared machinery ----------------------------------------------------------------------------------------------------
create table outbox (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  -- contract subject without the key, e.g. sessions.v1.event.ended
  subject text not null,
  key text not null,
  payload jsonb not null,
  created_at timestamptz not null default now(),
  sent_at timestamptz
);
create index outbox_unsent on outbox (created_at) where sent_at is null;
create index outbox_sent on outbox (sent_at) where sent_at is not null;

create table idempotency_keys (
  tenant_id uuid not null,
  scope text not null,
  key text not null,
  fingerprint text not null,
  response json,
  created_at timestamptz not null default now(),
  primary key (tenant_id, scope, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);

-- Memory --------------------------------------------------------------------------------------------------------------
create table memories (
  tenant_id uuid not null references tenants,
  agent_id uuid not null references agents on delete cascade,
  -- keyed hash of the normalised address; the address itself is sealed
  subject_hash text not null,
  address_sealed text not null,
  summary text,
  notes text,
  revision integer not null default 1,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, agent_id, subject_hash)
);

-- How far a conversation has been summarised, in completed user turns: the guard that makes a summary happen once.
create table memory_cursors (
  conversation_id uuid primary key references text_conversations on delete cascade,
  tenant_id uuid not null,
  summarised_through integer not null,
  updated_at timestamptz not null default now()
);

do $$
declare t text;
begin
  perform protect_by_tenant('tenants', 'id');
  foreach t in array array['api_tokens', 'api_keys', 'agents', 'agent_versions', 'temporary_chat_links', 'text_conversations',
    'temporary_chat_sessions', 'session_turns', 'text_conversation_messages', 'text_conversation_transitions',
    'text_conversation_variables', 'session_events', 'dead_turns', 'outbox', 'idempotency_keys', 'memories', 'memory_cursors']
  loop
    perform protect_by_tenant(t::regclass);
  end loop;
end $$;

-- Partitions: this month and the two after it. Runs as the owner of the parents (DDL), callable by the cleanup job.
create function ensure_partitions(p_months_ahead integer default 2) returns integer
language plpgsql security definer set search_path = public as $$
declare
  parent text; month date; made integer := 0; partition text;
begin
  perform pg_advisory_xact_lock(hashtext('parley.partitions'));
  foreach parent in array array['text_conversation_messages', 'text_conversation_transitions', 'session_events'] loop
    for i in 0..p_months_ahead loop
      month := (date_trunc('month', now() at time zone 'utc') + make_interval(months => i))::date;
      partition := parent || '_' || to_char(month, 'YYYY_MM');
      if to_regclass(partition) is null then
        execute format('create table %I partition of %I for values from (%L) to (%L)', partition, parent,
                       month::timestamp at time zone 'utc', (month + interval '1 month')::timestamp at time zone 'utc');
        made := made + 1;
      end if;
    end loop;
  end loop;
  return made;
end $$;
select ensure_partitions(2);
revoke all on function ensure_partitions(integer) from public;
grant execute on function ensure_partitions(integer) to parley_app;
