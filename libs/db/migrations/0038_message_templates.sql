-- Words of a tenant's own for messages that bring links.
create table message_templates (
  tenant_id uuid not null references tenants,
  name text not null,
  -- {language: {subject, message}}
  texts jsonb not null,
  created_by text not null,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, name)
);
select protect_by_tenant('message_templates');

-- The texts of the tenant's template as they were when the send-out began; null = it has one of the product's.
alter table send_outs add column texts jsonb;
