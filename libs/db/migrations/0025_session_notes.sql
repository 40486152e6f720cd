-- What the team writes about a session for itself: no visitor and no model reads it. Goes with the content of its
-- session.
create table session_notes (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  conversation_id uuid not null references text_conversations on delete cascade,
  author text not null,
  author_name text,
  content text not null,
  created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp())
);
create index session_notes_list on session_notes (conversation_id, created_at, id);
select protect_by_tenant('session_notes');
