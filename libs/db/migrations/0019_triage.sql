-- What lists of sessions are filtered and sorted by (docs/adr/0069). Written by the rollups, never by a turn: a session
-- that went on since its row was made is looked at as it is.
create table session_digests (
  conversation_id uuid primary key references text_conversations on delete cascade,
  tenant_id uuid not null references tenants,
  agent_id uuid not null,
  link_id uuid,
  created_at timestamptz not null,
  last_activity_at timestamptz not null,
  -- the session's newest event then: another one says that the row is old
  event_offset integer not null,
  turns integer not null,
  -- null = a call had no known price
  cost numeric,
  rating integer,
  thumbs_up integer not null,
  thumbs_down integer not null,
  failed_turns integer not null,
  escalated boolean not null,
  went_badly boolean not null,
  nodes text[] not null,
  -- what was said, for the search; null while the session runs, and when its content is gone
  words tsvector
);
create index session_digests_newest on session_digests (tenant_id, created_at desc, conversation_id desc);
create index session_digests_activity on session_digests (tenant_id, last_activity_at desc, conversation_id desc);
create index session_digests_cost on session_digests (tenant_id, (coalesce(cost, 0)) desc, conversation_id desc);
create index session_digests_rating on session_digests (tenant_id, (-coalesce(rating, 6)) desc, conversation_id desc);
create index session_digests_turns on session_digests (tenant_id, turns desc, conversation_id desc);
create index session_digests_badly on session_digests (tenant_id, created_at desc, conversation_id desc)
  where went_badly;
create index session_digests_rated_low on session_digests (tenant_id, created_at desc, conversation_id desc)
  where rating <= 2;
create index session_digests_thumbs_down on session_digests (tenant_id, created_at desc, conversation_id desc)
  where thumbs_down > 0;
create index session_digests_failed on session_digests (tenant_id, created_at desc, conversation_id desc)
  where failed_turns > 0;
create index session_digests_escalated on session_digests (tenant_id, created_at desc, conversation_id desc)
  where escalated;
create index session_digests_nodes on session_digests using gin (nodes);
create index session_digests_words on session_digests using gin (words);
select protect_by_tenant('session_digests');

-- The sessions of a tenant that run: what is looked at as it is.
create index text_conversations_running on text_conversations (tenant_id, created_at desc, id desc)
  where ended_at is null;

-- What was there before: the rollups write its rows.
insert into analytics_due (tenant_id, conversation_id)
select tenant_id, id
from text_conversations;
