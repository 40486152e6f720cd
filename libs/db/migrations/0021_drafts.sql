-- Drafts of agents' documents, each of one person, with its newest saves.
create table agent_drafts (
  agent_id uuid not null references agents on delete cascade,
  -- `<via>:<id>` of who writes it
  author text not null check (author ~ '^(user|token|hmac):'),
  revision integer not null check (revision > 0),
  tenant_id uuid not null references tenants,
  -- the version that was live when the draft was begun, or last brought up to date; null = none was
  base_version integer,
  -- bound to tenant, agent and author
  text_sealed text not null,
  content_hash text not null,
  -- one row takes the saves of a minute
  begun_at timestamptz not null default clock_timestamp(),
  saved_at timestamptz not null default clock_timestamp(),
  primary key (agent_id, author, revision)
);
select protect_by_tenant('agent_drafts');

-- `<via>:<id>` of who made a version; null = it is from before authors were kept.
alter table agent_versions add column author text;
drop function if exists add_version(uuid, uuid, json, text, text);
