-- Sealed tokens of the demo set, the one place where a token can be read again: every start of a demo server shows the same
-- links and the same owner token. Ordinary tokens are shown once and exist as hashes only; this table is empty without the demo.
create table demo_secrets (
  tenant_id uuid not null references tenants,
  name text not null,
  sealed text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, name)
);
select protect_by_tenant('demo_secrets');
