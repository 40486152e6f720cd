-- Words that the team answers visitors with again and again.
create table saved_replies (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  -- typed after a slash
  key text not null,
  content text not null,
  -- what follows when it has been sent: a macro
  action text check (action in ('resolve', 'hand_back')),
  -- the digit that puts it into the reply
  digit smallint check (digit between 1 and 9),
  created_by text not null,
  created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  updated_at timestamptz not null default date_trunc('milliseconds', clock_timestamp())
);
create unique index saved_replies_key on saved_replies (tenant_id, key);
create unique index saved_replies_digit on saved_replies (tenant_id, digit) where digit is not null;
create index saved_replies_list on saved_replies (tenant_id, created_at desc, id desc);
select protect_by_tenant('saved_replies');
