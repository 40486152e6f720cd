-- People in conversations: how those of an agent can be reached, who was told that somebody waits, and where an answer
-- goes by mail when its visitor is gone.
create table agent_people (
  agent_id uuid primary key references agents on delete cascade,
  tenant_id uuid not null references tenants,
  -- hours, reply_minutes, fallback_minutes, and targets: [{id, kind: mail | chat, sealed, hint}]
  settings jsonb not null,
  updated_at timestamptz not null default clock_timestamp()
);
select protect_by_tenant('agent_people');

-- {sealed, hint, language}: the visitor wants the answer by mail
alter table escalations add column answer_to jsonb;

create table escalation_notices (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  escalation_id uuid not null references escalations on delete cascade,
  -- mail and chat tell operators that somebody waits; answer carries their words to a visitor who is gone
  kind text not null check (kind in ('mail', 'chat', 'answer')),
  -- of the agent's settings; visitor = the one of the escalation
  target text not null,
  target_sealed text not null,
  -- enough of the target to recognise it
  hint text not null,
  -- the words of an answer: from the first one that was not sent to the last one at the first attempt
  from_sequence integer not null default 0,
  through_sequence integer,
  status text not null default 'pending' check (status in ('pending', 'sent', 'failed', 'cancelled')),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default clock_timestamp(),
  claimed_until timestamptz,
  outcome text,
  created_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  unique (escalation_id, kind, target, from_sequence)
);
create index escalation_notices_due on escalation_notices (next_attempt_at) where ended_at is null;
select protect_by_tenant('escalation_notices');

-- a mail that is kept in place of a server is kept once, too
alter table dev_mail add column notice_id uuid unique;
