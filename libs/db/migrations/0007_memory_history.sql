-- Who changed what is remembered of a person, when, and to what: for owners, and to take a change back. Goes with the
-- memory itself, so forgetting a person leaves nothing behind.
create table memory_revisions (
  tenant_id uuid not null references tenants,
  agent_id uuid not null,
  subject_hash text not null,
  revision integer not null,
  -- the texts after the change
  summary text,
  notes text,
  -- summary of a conversation, tool of the agent, person
  source text not null check (source in ('summary', 'tool', 'person')),
  -- the credentials of a person
  actor text,
  session_id text,
  restored_from integer,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, agent_id, subject_hash, revision),
  foreign key (tenant_id, agent_id, subject_hash) references memories on delete cascade
);
select protect_by_tenant('memory_revisions');

create index memories_changed on memories (agent_id, updated_at desc, subject_hash desc);
