-- Secrets of agents, which documents name as {{secret.name}}: sealed, sent to the hosts they name, never read back.
create table agent_secrets (
  agent_id uuid not null references agents on delete cascade,
  name text not null check (name ~ '^[A-Za-z][A-Za-z0-9_-]{0,63}$'),
  tenant_id uuid not null references tenants,
  -- bound to tenant, agent and name
  value_sealed text not null,
  -- enough of the value to recognise it; null = it is too short to show any of it
  hint text,
  hosts text[] not null check (cardinality(hosts) between 1 and 20),
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  -- to the hour
  last_used_at timestamptz,
  primary key (agent_id, name)
);
select protect_by_tenant('agent_secrets');
