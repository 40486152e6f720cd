-- Roles, tables, indexes, policies and grants. Functions and triggers live in ../functions, one file each; the three
-- here are needed by the tables themselves.

-- Roles ------------------------------------------------------------------------------------------------------------
-- Two roles, neither owner nor superuser. Every service acts as parley_app (startup option `role=parley_app`), bound
-- to one tenant per transaction by row level security. parley_jobs owns the few SECURITY DEFINER functions that must
-- look across tenants.
do $$
begin
  if not exists (select from pg_roles where rolname = 'parley_app') then
    begin
      create role parley_app nologin;
    exception
      when duplicate_object or unique_violation then null;
    end;
  end if;
  if not exists (select from pg_roles where rolname = 'parley_jobs') then
    begin
      create role parley_jobs nologin;
    exception
      when duplicate_object or unique_violation then null;
    end;
  end if;
  if not pg_has_role(current_user, 'parley_app', 'member') then
    execute format('grant parley_app to %I', current_user);
  end if;
  if not pg_has_role(current_user, 'parley_jobs', 'member') then
    execute format('grant parley_jobs to %I', current_user);
  end if;
end
$$;

grant usage on schema public to parley_app, parley_jobs;

-- The tenant of the transaction. Without one a query must fail, not answer with nothing: the missing setting raises,
-- and so does the empty one.
create function app_tenant() returns uuid
language sql stable parallel safe as $$
  select current_setting('app.tenant_id')::uuid
$$;

-- Row level security for one table: the application sees its tenant, the jobs role sees all.
create function protect_by_tenant(p_table regclass, p_column text default 'tenant_id') returns void
language plpgsql as $$
begin
  execute format('alter table %s enable row level security', p_table);
  execute format('alter table %s force row level security', p_table);
  execute format(
    'create policy tenant on %s to parley_app
       using (%I = (select app_tenant())) with check (%I = (select app_tenant()))',
    p_table, p_column, p_column
  );
  execute format('create policy jobs on %s to parley_jobs using (true) with check (true)', p_table);
  execute format('grant select, insert, update, delete on %s to parley_app, parley_jobs', p_table);
end
$$;

-- Lets a SECURITY DEFINER function look across tenants: it acts as parley_jobs, and only the two roles may call it.
-- Functions are executable by everyone by default.
create function run_across_tenants(p_function regproc) returns void
language plpgsql as $$
declare
  v_function regprocedure := p_function::oid;
begin
  -- Whoever owns a function must be allowed to create in its schema; needed for this moment only.
  grant create on schema public to parley_jobs;
  execute format('alter function %s owner to parley_jobs', v_function);
  revoke create on schema public from parley_jobs;
  execute format('revoke all on function %s from public', v_function);
  execute format('grant execute on function %s to parley_app, parley_jobs', v_function);
end
$$;

-- Tenants, credentials ---------------------------------------------------------------------------------------------
create table tenants (
  id uuid primary key,
  name text not null,
  -- every signing key of the tenant signs only with a nonce
  require_nonce boolean not null default false,
  created_at timestamptz not null default now()
);
create index tenants_newest on tenants (created_at desc, id desc);
select protect_by_tenant('tenants', 'id');

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
create index api_tokens_newest on api_tokens (tenant_id, created_at desc, id desc);
select protect_by_tenant('api_tokens');

create table api_keys (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  key_id text not null unique,
  secret_sealed text not null,
  name text not null,
  scopes text[] not null default '{}',
  -- this key signs only with a nonce
  require_nonce boolean not null default false,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  -- set by a rotation: the old key stays valid until then
  expires_at timestamptz,
  revoked_at timestamptz
);
create index api_keys_tenant on api_keys (tenant_id, created_at);
create index api_keys_newest on api_keys (tenant_id, created_at desc, id desc);
select protect_by_tenant('api_keys');

-- Sealed tokens of the demo set, the one place where a token can be read again: every start of a demo server shows
-- the same links and the same owner token. Ordinary tokens are shown once and exist as hashes only; this table is
-- empty without the demo.
create table demo_secrets (
  tenant_id uuid not null references tenants,
  name text not null,
  sealed text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, name)
);
select protect_by_tenant('demo_secrets');

-- Agents -----------------------------------------------------------------------------------------------------------
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
  -- A deleted agent keeps its row, because conversations refer to it. It gives its slug up by taking one that nobody
  -- can have.
  deleted_at timestamptz,
  unique (tenant_id, slug)
);
-- A name stands for one agent: looked up at every change of a name.
create index agents_name on agents (tenant_id, name) where deleted_at is null;
select protect_by_tenant('agents');

create table agent_versions (
  agent_id uuid not null references agents on delete cascade,
  version integer not null check (version >= 1),
  tenant_id uuid not null references tenants,
  -- json, not jsonb: an export gives back the document with its keys in the author's order
  document json not null,
  content_hash text not null,
  notes text,
  -- the document has questions for the analysis of ended sessions
  asks_after_end boolean not null default false,
  -- Secrets inside the document are sealed by the writer of a version. Rows that are not are sealed when an
  -- agent-runner starts.
  secrets_sealed boolean not null default false,
  created_at timestamptz not null default now(),
  primary key (agent_id, version)
);
create index agent_versions_unsealed on agent_versions (agent_id, version) where not secrets_sealed;
select protect_by_tenant('agent_versions');

-- The newest run of the test suite of a document, by its content: a result is good for exactly what was tested, in
-- whatever version.
create table agent_test_results (
  tenant_id uuid not null references tenants,
  content_hash text not null,
  passed boolean not null,
  result json not null,
  ran_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, content_hash)
);
select protect_by_tenant('agent_test_results');

-- Who has put a version live although its tests were not green, and why. Rows are only ever added.
create table agent_gate_overrides (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  agent_id uuid not null references agents on delete cascade,
  version integer not null,
  content_hash text not null,
  reason text not null check (length(btrim(reason)) between 1 and 1000),
  via text not null,
  principal_id text not null,
  -- of the transaction: the override counts in the very transaction that activates
  created_at timestamptz not null default now()
);
create index agent_gate_overrides_agent on agent_gate_overrides (agent_id, created_at desc);
select protect_by_tenant('agent_gate_overrides');
revoke update, delete on agent_gate_overrides from parley_app;

-- Links ------------------------------------------------------------------------------------------------------------
-- Limits that count are decided in the transaction that creates what they count; what only restricts (countries,
-- addresses, PIN, consent) is checked by the gateway and the links service.
create table temporary_chat_links (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  agent_id uuid not null references agents,
  token_id text not null unique,
  token_hash bytea not null,
  token_hint text not null,
  -- The token under the installation's master key (AES-GCM, bound to the row): QR code and snippet of a link can be
  -- made later, while a copy of the database still opens nothing. null = the address cannot be shown again.
  token_sealed text,
  title text not null,
  description text,
  welcome_message text,
  agent_version integer,
  expires_at timestamptz,
  max_sessions integer not null default 1,
  sessions_used integer not null default 0,
  max_concurrent_sessions integer check (max_concurrent_sessions >= 1),
  max_messages_per_session integer not null default 100,
  session_timeout_minutes integer not null default 30,
  rate_limit_per_minute integer not null default 10,
  max_message_length integer not null default 4000,
  require_email boolean not null default false,
  allowed_email_domains text[] not null default '{}',
  allowed_domains text[] not null default '{}',
  allowed_ips text[] not null default '{}',
  allowed_countries text[] not null default '{}',
  blocked_countries text[] not null default '{}',
  -- scrypt, with its salt and cost; null = no PIN
  pin_hash text,
  proof_of_work text not null default 'adaptive' check (proof_of_work in ('off', 'adaptive', 'always')),
  consent_text text,
  branding jsonb not null default '{}',
  intro text not null default 'none' check (intro in ('none', 'agent')),
  starters text[] not null default '{}',
  file_uploads jsonb not null default '{"enabled": false}',
  chat_intent text,
  system_prompt_override text,
  initial_message text,
  friendly_errors boolean not null default false,
  metadata jsonb not null default '{}',
  recipient jsonb,
  source_session_id text,
  is_active boolean not null default true,
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_used_at timestamptz,
  -- set once the expiry job has announced the expiry
  expired_at timestamptz,
  deleted_at timestamptz,
  retention_days integer,
  -- sessions of the link have yet to be given their new purge time, or the link was deleted and its content is going
  retention_changed_at timestamptz,
  -- when the retention job looks next
  retention_check_at timestamptz,
  -- of text_conversations.visitor_mark; a new one makes the marks that are there mean nothing
  visitor_salt uuid not null default gen_random_uuid()
);
create index temporary_chat_links_agent on temporary_chat_links (tenant_id, agent_id, created_at desc, id desc)
  where deleted_at is null;
create index temporary_chat_links_expiry on temporary_chat_links (expires_at)
  where expired_at is null and deleted_at is null;
-- Active links are counted by their maker whenever one more is made.
create index temporary_chat_links_maker on temporary_chat_links (tenant_id, created_by)
  where is_active and deleted_at is null;
create index temporary_chat_links_retention on temporary_chat_links (retention_check_at)
  where retention_check_at is not null;
select protect_by_tenant('temporary_chat_links');

create table link_templates (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  name text not null,
  -- fields of a link as its owner would give them; no secret is ever among them
  fields jsonb not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, name)
);
select protect_by_tenant('link_templates');

-- Only links with a budget have a row. used = what committed turns cost; what running turns may still cost is
-- reserved beside it.
create table link_budgets (
  link_id uuid primary key references temporary_chat_links on delete cascade,
  tenant_id uuid not null references tenants,
  max_tokens bigint check (max_tokens > 0),
  -- US dollars
  max_cost numeric(18, 8) check (max_cost > 0),
  -- false = going over is told to the owner, not refused
  hard boolean not null default true,
  tokens_used bigint not null default 0,
  cost_used numeric(20, 12) not null default 0
);
select protect_by_tenant('link_budgets');

-- Who may talk on a link -------------------------------------------------------------------------------------------
-- Whether a conversation may begin or go on is decided here, at each message, so that a gateway with an older policy
-- in its cache can only be late in what it shows.

-- Access policy of an agent. An agent without a row is open.
create table agent_access_policies (
  agent_id uuid primary key references agents on delete cascade,
  tenant_id uuid not null references tenants,
  mode text not null default 'open' check (mode in ('open', 'any_verified', 'approval')),
  -- false = every link of the agent is unavailable, and none can be made
  links_enabled boolean not null default true,
  -- who is told of new requests, sealed
  notify_email_sealed text,
  updated_at timestamptz not null default now()
);
select protect_by_tenant('agent_access_policies');

-- Addresses that need no approval: a keyed hash to compare with, the sealed text to show.
create table agent_access_addresses (
  agent_id uuid not null references agents on delete cascade,
  address_hash text not null,
  tenant_id uuid not null references tenants,
  address_sealed text not null,
  primary key (agent_id, address_hash)
);
select protect_by_tenant('agent_access_addresses');

-- What confirmed addresses asked for: one row per (agent, address), whatever its owner decided and however often it
-- asks.
create table agent_access_requests (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  agent_id uuid not null references agents on delete cascade,
  -- the link it was asked through first
  link_id uuid references temporary_chat_links on delete set null,
  address_hash text not null,
  address_sealed text not null,
  status text not null default 'pending' check (status in ('pending', 'approved', 'denied')),
  created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  decided_at timestamptz,
  decided_by text,
  unique (agent_id, address_hash)
);
create index agent_access_requests_list on agent_access_requests (agent_id, created_at desc, id desc);
select protect_by_tenant('agent_access_requests');

-- Codes that confirm an address, one row for each that was made. A code belongs to the browser that asked:
-- request_hash.
create table link_verifications (
  code_id uuid primary key,
  link_id uuid not null references temporary_chat_links on delete cascade,
  tenant_id uuid not null references tenants,
  -- keyed hash of the normalised address
  address_hash text not null,
  -- keyed hash of link, address and the secret id of the request
  request_hash text not null,
  -- keyed hash of the address alone: equal on all links of all tenants
  mail_hash text not null,
  -- keyed hash of the caller's idempotency key, if one was given
  repeat_hash text,
  salt bytea not null,
  -- scrypt; random bytes for an address the link does not allow, which no code can ever match
  code_hash bytea not null,
  -- false: the link does not allow this address, so nothing was mailed
  mailed boolean not null,
  tries integer not null default 0,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default clock_timestamp()
);
create index link_verifications_age on link_verifications (tenant_id, expires_at);
create index link_verifications_request on link_verifications (link_id, address_hash, request_hash, created_at desc);
create index link_verifications_address on link_verifications (mail_hash, created_at desc);
create index link_verifications_of_link on link_verifications (link_id, created_at desc) where mailed;
create index link_verifications_of_tenant on link_verifications (tenant_id, created_at desc) where mailed;
select protect_by_tenant('link_verifications');

create table link_pin_tries (
  link_id uuid not null references temporary_chat_links on delete cascade,
  -- keyed hash of a client address; '' = all of them together
  bucket text not null,
  tenant_id uuid not null references tenants,
  wrong integer not null default 0,
  -- of '': when its fifteen minutes began; else when it was tried last
  since timestamptz not null default clock_timestamp(),
  wait_until timestamptz,
  primary key (link_id, bucket)
);
create index link_pin_tries_age on link_pin_tries (tenant_id, since);
select protect_by_tenant('link_pin_tries');

-- What the gateway's defences noticed. Losable counts without text and without addresses: a client is a keyed hash, a
-- country two letters.
create table security_events (
  id uuid primary key,
  tenant_id uuid not null references tenants on delete cascade,
  link_id uuid references temporary_chat_links on delete cascade,
  kind text not null,
  scope text,
  country text check (length(country) = 2),
  address_hash text,
  session_id text,
  count integer not null check (count >= 1),
  created_at timestamptz not null default clock_timestamp()
);
create index security_events_tenant on security_events (tenant_id, created_at desc, id desc);
create index security_events_link on security_events (link_id, created_at desc, id desc) where link_id is not null;
-- Retention goes by age over all tenants.
create index security_events_age on security_events (created_at);
select protect_by_tenant('security_events');

-- The development mailbox: what would have been sent, where no mail server is configured.
create table dev_mail (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenants on delete cascade,
  recipient text not null,
  subject text not null,
  body text not null,
  created_at timestamptz not null default clock_timestamp()
);
create index dev_mail_tenant on dev_mail (tenant_id, id desc);
select protect_by_tenant('dev_mail');

-- Sessions ---------------------------------------------------------------------------------------------------------
-- One row per conversation: order (next_seq, done_seq), lease (owner, until, fence), quota, state. Every turn updates
-- it, so no index may stand on a column that a turn changes (heap-only updates), and the fill factor leaves room for
-- them.
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
  -- keyed hash of the confirmed address: one live conversation per (link, address)
  participant_hash text,
  -- Plain columns for filters: an expression on the json could not lead an index here, because row level security
  -- lets only leakproof comparisons go before its own.
  participant_email text generated always as (lower(participant ->> 'email')) stored,
  participant_identifier text generated always as (participant ->> 'identifier') stored,
  -- tells the visitors of one link apart when they are counted, without saying who they were
  visitor_mark text,
  metadata jsonb not null default '{}',
  -- the link's words for the agent, frozen when the session began: {chat_intent, system_prompt_override,
  -- initial_message}
  link_policy jsonb not null default '{}',
  -- A session counts against its link's max_sessions with the visitor's first act (message, wish for a human, file,
  -- rating), not with the opening of the page: whoever opens a link on the phone and goes on at the desk has used
  -- one.
  counted boolean not null default true,
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
  -- human: the agent is silent
  handled_by text not null default 'agent' check (handled_by in ('agent', 'human')),
  operator_name text,
  handover_summary text,
  -- what a runner remembers of the history up to this turn lacks words of a human
  stale_through integer,
  -- when the waiting node's next timeout is over; null = it has none, so turns without timeouts stay heap-only updates
  timer_due_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  ended_at timestamptz,
  -- when the sweep looks next; moved by the sweep alone, so that turns stay heap-only updates
  idle_check_at timestamptz not null,
  -- Content goes some time after the end of a session; what stays is a row with the numbers. docs/sessions.md says
  -- what goes and when. purge_at: when it is to go; null = by the default of the cleanup service, counted from
  -- ended_at
  purge_at timestamptz,
  purged_at timestamptz,
  -- what the turns of a purged session had used, {input_tokens, output_tokens, cost}
  kept_usage jsonb,
  constraint messages_within_quota check (max_messages is null or messages_used <= max_messages),
  constraint done_not_ahead check (done_seq <= next_seq)
) with (fillfactor = 60);
create index text_conversations_tenant on text_conversations (tenant_id, created_at desc, id desc);
create index text_conversations_link on text_conversations (link_id, created_at desc) where link_id is not null;
create index text_conversations_idle on text_conversations (idle_check_at) where ended_at is null;
create index text_conversations_memory on text_conversations (id) where participant_verified;
create unique index text_conversations_participant on text_conversations (link_id, participant_hash)
  where participant_hash is not null and ended_at is null;
create index text_conversations_participant_email
  on text_conversations (tenant_id, participant_email, created_at desc, id desc)
  where participant_email is not null;
create index text_conversations_participant_identifier
  on text_conversations (tenant_id, participant_identifier, created_at desc, id desc)
  where participant_identifier is not null;
-- Live sessions of a link are counted when one more is to begin.
create index text_conversations_link_live on text_conversations (link_id)
  where link_id is not null and ended_at is null;
-- What was opened and not used yet; small, because the first act takes a session out of it.
create index text_conversations_unused on text_conversations (link_id) where not counted and ended_at is null;
-- Which recorded sessions of an agent a replay takes: newest first.
create index text_conversations_agent on text_conversations (agent_id, created_at desc, id desc);
create index text_conversations_timer on text_conversations (timer_due_at)
  where timer_due_at is not null and ended_at is null;
create index text_conversations_purge_at on text_conversations (purge_at)
  where purge_at is not null and purged_at is null;
create index text_conversations_purge_default on text_conversations (ended_at)
  where ended_at is not null and purge_at is null and purged_at is null;
create index text_conversations_link_content on text_conversations (link_id)
  where link_id is not null and ended_at is not null and purged_at is null;
select protect_by_tenant('text_conversations');

-- Tokens of visitors; one conversation may have several, one for each device.
create table temporary_chat_sessions (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  link_id uuid not null references temporary_chat_links,
  conversation_id uuid not null references text_conversations on delete cascade,
  token_id text not null unique,
  token_hash bytea not null,
  consent_at timestamptz,
  -- sha256 (hex) of the text that was agreed to at consent_at
  consent_hash text,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  ended_at timestamptz
);
create index temporary_chat_sessions_link on temporary_chat_sessions (link_id, created_at desc);
create index temporary_chat_sessions_conversation on temporary_chat_sessions (conversation_id);
select protect_by_tenant('temporary_chat_sessions');

-- Accepted input, one row a turn: the acceptance (sessions) and the outcome (agent-runner, fenced).
create table session_turns (
  conversation_id uuid not null references text_conversations on delete cascade,
  seq integer not null,
  -- no foreign key: the conversation has one, and this row is on the path of every message
  tenant_id uuid not null,
  kind text not null check (kind in ('open', 'message', 'timer', 'handed_back')),
  content text not null default '',
  client_message_id text,
  idem_key text,
  idem_fingerprint text,
  -- of the signed request: a captured one attaches to the first answer, whatever headers are put beside it
  signature text,
  reply_to text,
  files json,
  -- The wish to stop stands here, so that whoever works on the turn finds it, also after a crash. The runner hears of
  -- it by a live message at once; when that is lost, with the next extension of its lease or when it takes the turn
  -- on.
  stop_requested_at timestamptz,
  status text not null default 'pending' check (status in ('pending', 'done', 'failed')),
  error_code text,
  -- json keeps the bytes: a repeated request gets the very same answer
  result json,
  trace json,
  created_at timestamptz not null default now(),
  done_at timestamptz,
  primary key (conversation_id, seq)
) with (fillfactor = 80);
create unique index session_turns_client_message on session_turns (conversation_id, client_message_id)
  where client_message_id is not null;
create unique index session_turns_idem on session_turns (conversation_id, idem_key) where idem_key is not null;
create unique index session_turns_signature on session_turns (conversation_id, signature) where signature is not null;
create index session_turns_pending on session_turns (created_at) where status = 'pending';
select protect_by_tenant('session_turns');

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
  files json,
  -- 'human' = said by an operator; null = by the visitor or the agent
  author text,
  author_name text,
  status text not null default 'done' check (status in ('done', 'failed')),
  created_at timestamptz not null default now(),
  primary key (conversation_id, sequence, created_at)
) partition by range (created_at);
select protect_by_tenant('text_conversation_messages');

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
select protect_by_tenant('text_conversation_transitions');

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
select protect_by_tenant('text_conversation_variables');

-- The event log of a session: what every stream reader replays. Offsets grow by one, under the lock of the
-- conversation row.
create table session_events (
  conversation_id uuid not null,
  event_offset integer not null,
  tenant_id uuid not null,
  type text not null,
  payload json not null,
  created_at timestamptz not null default now(),
  primary key (conversation_id, event_offset, created_at)
) partition by range (created_at);
select protect_by_tenant('session_events');

-- Turns given up after too many tries; the session goes on. They can be looked at, replayed and dropped.
create table dead_turns (
  conversation_id uuid not null references text_conversations on delete cascade,
  seq integer not null,
  tenant_id uuid not null,
  reason text not null,
  -- the turn that says it again; how it went is read there
  replay_seq integer,
  replays integer not null default 0,
  replayed_at timestamptz,
  -- kind and id of the credentials that asked for it
  replayed_by text,
  created_at timestamptz not null default now(),
  primary key (conversation_id, seq)
);
create index dead_turns_newest on dead_turns (tenant_id, created_at desc, conversation_id desc, seq desc);
select protect_by_tenant('dead_turns');

create table session_feedback (
  conversation_id uuid primary key references text_conversations on delete cascade,
  tenant_id uuid not null references tenants,
  rating integer not null check (rating between 1 and 5),
  text text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
select protect_by_tenant('session_feedback');

-- What a visitor thinks of one answer. No foreign key to the message: its table is partitioned by time; the
-- conversation takes these along.
create table message_ratings (
  conversation_id uuid not null references text_conversations on delete cascade,
  message_id uuid not null,
  tenant_id uuid not null references tenants,
  rating text not null check (rating in ('up', 'down')),
  text text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (conversation_id, message_id)
);
select protect_by_tenant('message_ratings');

-- What one try of a turn holds of a link's budget. It counts while the try holds its session's lease, so a worker
-- that dies gives it back by dying. An analysis holds under seq 0, with its attempt as the fence.
create table budget_reservations (
  conversation_id uuid not null references text_conversations on delete cascade,
  seq integer not null,
  fence bigint not null,
  tenant_id uuid not null,
  link_id uuid not null references link_budgets on delete cascade,
  tokens bigint not null,
  cost numeric(20, 12) not null,
  primary key (conversation_id, seq, fence)
);
create index budget_reservations_link on budget_reservations (link_id);
select protect_by_tenant('budget_reservations');

-- Files of a session. Bytes live in the database: one place for every replica, under the tenant's policy, and nowhere
-- a web server could hand them out by name.
create table session_files (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  conversation_id uuid not null references text_conversations on delete cascade,
  name text not null,
  -- sniffed, never the one that was claimed
  media_type text not null,
  bytes integer not null,
  sha256 bytea not null,
  -- the turn whose message carries it; null = uploaded, not sent yet
  turn_seq integer,
  complete boolean not null default false,
  -- the message that carried it failed: it may be sent again, and stays with the failed message
  keep boolean not null default false,
  created_at timestamptz not null default now()
);
create index session_files_conversation on session_files (conversation_id, created_at);
create index session_files_unsent on session_files (created_at) where turn_seq is null and not keep;
select protect_by_tenant('session_files');

create table session_file_chunks (
  file_id uuid not null references session_files on delete cascade,
  n integer not null,
  tenant_id uuid not null,
  data bytea not null,
  primary key (file_id, n)
);
select protect_by_tenant('session_file_chunks');

-- Escalations: a conversation asks for a human. One that is not resolved per conversation: a second request joins it.
create table escalations (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  conversation_id uuid not null references text_conversations on delete cascade,
  status text not null default 'open' check (status in ('open', 'assigned', 'resolved')),
  -- visitor, api, workflow, failed_turns
  source text not null,
  reason text,
  metadata jsonb not null default '{}',
  -- how often it was asked for while it was not resolved
  requests integer not null default 1,
  -- who has it: the id of credentials, or the operator that a backend named
  assigned_to text,
  -- what the visitor is told about them
  assigned_name text,
  summary text,
  -- resolved, handed_back, session_ended
  outcome text,
  created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  assigned_at timestamptz,
  resolved_at timestamptz,
  updated_at timestamptz not null default clock_timestamp(),
  constraint assigned_to_somebody check (status <> 'assigned' or assigned_to is not null),
  constraint resolved_at_some_time check ((status = 'resolved') = (resolved_at is not null))
);
create unique index escalations_unresolved on escalations (conversation_id) where status <> 'resolved';
create index escalations_queue on escalations (tenant_id, status, created_at, id);
create index escalations_conversation on escalations (conversation_id, created_at);
select protect_by_tenant('escalations');

-- A session that ends leaves the job of asking its version's questions.
create table session_analyses (
  conversation_id uuid primary key references text_conversations on delete cascade,
  tenant_id uuid not null references tenants,
  -- skipped: the link's budget had no room for it
  status text not null default 'pending' check (status in ('pending', 'done', 'failed', 'skipped')),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default clock_timestamp(),
  -- question → answer, null = the conversation does not say
  answers jsonb,
  -- required questions without an answer
  unanswered text[] not null default '{}',
  model text,
  input_tokens integer,
  output_tokens integer,
  -- US dollars, all attempts together, as the tokens; null = a model without a price was asked
  cost numeric(20, 12) default 0,
  error_code text,
  created_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz
);
create index session_analyses_due on session_analyses (next_attempt_at) where status = 'pending';
select protect_by_tenant('session_analyses');

-- Webhooks ---------------------------------------------------------------------------------------------------------
-- Facts become deliveries in the transaction that makes them true, so no crash can lose one, and each has one id for
-- ever.
create table webhook_endpoints (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  -- null = of every agent
  agent_id uuid references agents on delete cascade,
  -- set = `workflow.webhook` of this version; the row is made with the version and goes with it
  agent_version integer,
  url text not null,
  -- names, `session.*` or `*`
  events text[] not null,
  description text,
  include_transcript boolean not null default false,
  include_latency_metrics boolean not null default false,
  -- of a version: {timeout_seconds, auth, retry} as its author wrote them
  settings jsonb not null default '{}',
  secret_sealed text,
  -- signs beside the new one until then
  previous_secret_sealed text,
  previous_secret_until timestamptz,
  is_active boolean not null default true,
  -- by whom it was switched off: owner, gone (the receiver answered 410), failing
  disabled_reason text check (disabled_reason in ('owner', 'gone', 'failing')),
  disabled_at timestamptz,
  -- of attempts in a row; nothing that succeeds writes here unless something failed before
  failures integer not null default 0,
  failing_since timestamptz,
  created_by text not null,
  created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  updated_at timestamptz not null default clock_timestamp(),
  foreign key (agent_id, agent_version) references agent_versions (agent_id, version) on delete cascade
);
create index webhook_endpoints_list on webhook_endpoints (tenant_id, created_at desc, id desc);
create index webhook_endpoints_own on webhook_endpoints (tenant_id) where agent_version is null and is_active;
create unique index webhook_endpoints_version on webhook_endpoints (agent_id, agent_version)
  where agent_version is not null;
select protect_by_tenant('webhook_endpoints');

create table webhook_deliveries (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  -- null = a `webhook:` action of a workflow, which names its own address
  endpoint_id uuid references webhook_endpoints on delete cascade,
  url text check ((url is null) = (endpoint_id is not null)),
  -- whose slots it takes: of its endpoint, or those that the actions of a tenant share
  receiver_id uuid not null generated always as (coalesce(endpoint_id, tenant_id)) stored,
  -- `webhook-id`: the same for every endpoint and at every attempt
  event_id uuid not null,
  type text not null,
  conversation_id uuid references text_conversations on delete cascade,
  -- whose words the payload holds; read when it is sent, never copied here
  turn_seq integer,
  data jsonb not null,
  -- Payloads name people, and the log outlives what it tells of: they lie sealed at rest, bound to tenant and row.
  -- The database has no key, and a delivery must be written in the transaction of its fact, so a row is born readable
  -- and is sealed with its first attempt, or soon by the deliverers when none is made (rows that are cancelled).
  data_sealed text,
  -- of the message that caused it; null = the delivery begins a trace of its own
  traceparent text,
  occurred_at timestamptz not null default clock_timestamp(),
  status text not null default 'pending' check (status in ('pending', 'delivered', 'failed', 'cancelled')),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default clock_timestamp(),
  -- nobody else attempts it until then
  claimed_until timestamptz,
  last_attempt_at timestamptz,
  -- of the last attempt: delivered, status, timeout, refused, unreachable, too_large
  outcome text,
  response_status integer,
  response_ms integer,
  -- the beginning
  response_body text,
  ended_at timestamptz,
  created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  unique (endpoint_id, event_id)
);
create index webhook_deliveries_pending on webhook_deliveries (receiver_id, next_attempt_at) where ended_at is null;
create index webhook_deliveries_claimed on webhook_deliveries (receiver_id)
  where ended_at is null and claimed_until is not null;
create index webhook_deliveries_list on webhook_deliveries (endpoint_id, created_at desc, id desc);
create index webhook_deliveries_ended on webhook_deliveries (ended_at) where ended_at is not null;
create index webhook_deliveries_conversation on webhook_deliveries (conversation_id)
  where conversation_id is not null;
create index webhook_deliveries_readable on webhook_deliveries (created_at) where data_sealed is null;
select protect_by_tenant('webhook_deliveries');

-- What signs the webhooks of a tenant's workflow actions, sealed; without a row nobody was told a secret yet.
create table action_webhook_secrets (
  tenant_id uuid primary key references tenants on delete cascade,
  secret_sealed text not null,
  -- signs beside the other until then
  previous_secret_sealed text,
  previous_secret_until timestamptz,
  updated_at timestamptz not null default clock_timestamp()
);
select protect_by_tenant('action_webhook_secrets');

-- Outbox, idempotency ----------------------------------------------------------------------------------------------
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
select protect_by_tenant('outbox');

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
select protect_by_tenant('idempotency_keys');

-- Memory -----------------------------------------------------------------------------------------------------------
create table memories (
  tenant_id uuid not null references tenants,
  agent_id uuid not null references agents on delete cascade,
  -- keyed hash of the normalised address; the address itself is sealed
  subject_hash text not null,
  address_sealed text not null,
  summary text,
  notes text,
  -- the guard that makes a summary happen once
  revision integer not null default 1,
  -- One summary at a time for a person: conversations of one person that become due together would otherwise merge
  -- into the same old summary, and all but one of the paid answers would be thrown away.
  claimed_until timestamptz,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, agent_id, subject_hash)
);
select protect_by_tenant('memories');

-- How far a conversation has been summarised, in completed user turns: the guard that makes a summary happen once.
create table memory_cursors (
  conversation_id uuid primary key references text_conversations on delete cascade,
  tenant_id uuid not null,
  summarised_through integer not null,
  -- One summary at a time for a conversation: a claim keeps other replicas from asking the model for the same thing,
  -- and keeps a conversation whose summary failed out of the way for a while. It only saves model calls.
  claimed_until timestamptz,
  -- what summaries of people took in this conversation; the owner's, never the link's (docs/adr/0014)
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cost numeric(20, 12) default 0,
  updated_at timestamptz not null default now()
);
select protect_by_tenant('memory_cursors');

-- Knowledge base of an agent ---------------------------------------------------------------------------------------
-- Documents in revisions, cut into chunks, searched by full text and, with an embedding model, by vectors. Vectors
-- are plain arrays, so that every database can hold them; with pgvector installed the search casts them. See
-- docs/adr/0012.

-- One revision of one document; immutable but for what says where it ends and how far its vectors are.
create table knowledge_documents (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  agent_id uuid not null references agents on delete cascade,
  name text not null,
  media_type text not null,
  -- a text search configuration of pg_catalog
  language text not null default 'simple',
  bytes integer not null,
  content_hash text not null,
  revision integer not null,
  status text not null default 'ready',
  -- seen by versions from `from_version` up to, not including, `until_version` (null: no end)
  from_version integer not null,
  until_version integer,
  chunks integer not null,
  -- the model whose vectors all chunks have; null = not yet
  embedding_model text,
  embedding_claimed_until timestamptz,
  -- what the vectors of this revision took, repeated rounds included; and why the last round gave up
  embedding_tokens bigint not null default 0,
  embedding_cost numeric(20, 12) default 0,
  embedding_error text,
  created_at timestamptz not null default clock_timestamp(),
  -- removed by its owner: no version sees it, its text is gone
  deleted_at timestamptz,
  unique (agent_id, name, revision)
);
create unique index knowledge_documents_current on knowledge_documents (agent_id, name)
  where until_version is null and deleted_at is null;
create index knowledge_documents_listed on knowledge_documents (agent_id, created_at desc, id desc)
  where deleted_at is null;
create index knowledge_documents_unembedded on knowledge_documents (created_at) where deleted_at is null;
select protect_by_tenant('knowledge_documents');

-- The words of a text. Immutable although the configuration is named by text: the configurations of pg_catalog are
-- the same for the life of a database. A column of type regconfig would keep the database from being upgraded in
-- place.
create function knowledge_tsv(p_language text, p_text text) returns tsvector
language sql immutable parallel safe as $$
  select to_tsvector(('pg_catalog.' || p_language)::regconfig, p_text)
$$;

create table knowledge_chunks (
  document_id uuid not null references knowledge_documents on delete cascade,
  n integer not null,
  tenant_id uuid not null references tenants,
  language text not null,
  -- the headings above the text, from the outermost
  heading text not null,
  text text not null,
  tsv tsvector not null generated always as (knowledge_tsv(language, heading || ' ' || text)) stored,
  -- of length 1, so that the inner product is the cosine
  embedding real[],
  primary key (document_id, n)
);
-- A search reads the words of every chunk of an agent: kept in the row and not compressed, that costs a microsecond
-- each. Vectors go elsewhere, as they are: random numbers do not compress.
alter table knowledge_chunks set (toast_tuple_target = 8160);
alter table knowledge_chunks alter column embedding set storage external;
select protect_by_tenant('knowledge_chunks');

-- Content on its way in, a part at a time; gone when its document is made, or an hour later.
create table knowledge_uploads (
  upload_id uuid not null,
  n integer not null,
  tenant_id uuid not null references tenants,
  data bytea not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, upload_id, n)
);
create index knowledge_uploads_old on knowledge_uploads (created_at);
select protect_by_tenant('knowledge_uploads');

-- Documents that are being read, or could not be: a long PDF takes its time, and whoever has sent it may have gone.
-- Gone when its document is there, or a day later.
create table knowledge_ingestions (
  upload_id uuid primary key,
  tenant_id uuid not null references tenants,
  agent_id uuid not null references agents on delete cascade,
  name text not null,
  bytes integer not null,
  -- null = being read
  error text,
  started_at timestamptz not null default clock_timestamp()
);
create index knowledge_ingestions_agent on knowledge_ingestions (agent_id, started_at);
select protect_by_tenant('knowledge_ingestions');
