-- Who did what to what belongs to a tenant: a chain of entries, each with the hash of the one before it.
create table audit_entries (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  -- Given at the end of the transaction, in the order of commits (chain_audit_entry.sql).
  seq bigint,
  previous_hash bytea,
  hash bytea,
  at timestamptz not null default clock_timestamp(),
  -- {via, id, role, address}
  actor jsonb not null,
  -- the message that was called, and the request
  call text,
  request_id text,
  action text not null,
  target_type text not null,
  target_id text,
  -- before and after without content and secrets
  details jsonb not null default '{}',
  unique (tenant_id, seq)
);
create index audit_entries_target on audit_entries (tenant_id, target_type, target_id, seq desc);
create index audit_entries_age on audit_entries (at);
select protect_by_tenant('audit_entries');
revoke update, delete on audit_entries from parley_app;

-- The end of each chain, and where it begins since old entries were deleted.
create table audit_heads (
  tenant_id uuid primary key references tenants,
  seq bigint not null,
  hash bytea not null,
  purged_seq bigint not null default 0,
  purged_hash bytea not null default decode(repeat('00', 32), 'hex')
);
select protect_by_tenant('audit_heads');
revoke insert, update, delete on audit_heads from parley_app;

-- Ends of chains as the links service has sealed them: entries up to there cannot be made anew without its key.
create table audit_seals (
  tenant_id uuid not null references tenants,
  seq bigint not null,
  -- the hash, sealed for this tenant and place
  hash_sealed text not null,
  sealed_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, seq)
);
select protect_by_tenant('audit_seals');
revoke update, delete on audit_seals from parley_app;
