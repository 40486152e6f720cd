-- What signs the webhooks of a tenant's workflow actions, sealed; without a row nobody was told a secret yet.
create table action_webhook_secrets (
  tenant_id uuid primary key references tenants on delete cascade,
  secret_sealed text not null,
  -- Signs beside the other until then.
  previous_secret_sealed text,
  previous_secret_until timestamptz,
  updated_at timestamptz not null default clock_timestamp()
);
select protect_by_tenant('action_webhook_secrets');
