-- What somebody of the team found when they looked at a conversation: the newest verdict. Goes with the content of its
-- session.
create table session_reviews (
  conversation_id uuid primary key references text_conversations on delete cascade,
  tenant_id uuid not null references tenants,
  verdict text not null check (verdict in ('good', 'wrong')),
  -- the turn that went wrong, and what should have been said in it
  turn_seq integer,
  expected text,
  note text,
  reviewer text not null,
  reviewer_name text,
  reviewed_at timestamptz not null default date_trunc('milliseconds', clock_timestamp())
);
create index session_reviews_verdict on session_reviews (tenant_id, verdict);
select protect_by_tenant('session_reviews');
