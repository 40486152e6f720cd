-- Memory looks at sessions that run or ended lately; the index by id made it read every verified session.
-- Only the end of a session changes the key, so turns stay heap-only updates.
create index text_conversations_verified_end on text_conversations (coalesce(ended_at, timestamptz 'infinity'))
  where participant_verified and purged_at is null;
drop index text_conversations_memory;
