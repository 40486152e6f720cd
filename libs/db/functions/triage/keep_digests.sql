-- Writes the rows that lists filter sessions by; called by roll_up(), which looks across tenants. Words only of ended
-- sessions whose rows it has locked, so that a removal of content comes before or after, never between; a session
-- locked by another transaction is left for the next round.
create or replace function keep_digests(p_ids uuid[]) returns void
language plpgsql as $$
declare
  v_held uuid[];
begin
  select coalesce(array_agg(id), '{}') into v_held
  from (
    select id
    from text_conversations
    where id = any(p_ids) and ended_at is not null
    order by id
    for share skip locked
  ) held;
  insert into analytics_due (tenant_id, conversation_id)
  select tenant_id, id
  from text_conversations
  where id = any(p_ids) and ended_at is not null and purged_at is null and id <> all (v_held);
  insert into session_digests
  select * from digest_sessions(p_ids, v_held)
  on conflict (conversation_id) do update
  set
    last_activity_at = excluded.last_activity_at,
    event_offset = excluded.event_offset,
    turns = excluded.turns,
    cost = excluded.cost,
    rating = excluded.rating,
    thumbs_up = excluded.thumbs_up,
    thumbs_down = excluded.thumbs_down,
    failed_turns = excluded.failed_turns,
    escalated = excluded.escalated,
    went_badly = excluded.went_badly,
    nodes = excluded.nodes,
    words = excluded.words
  where not exists (
    select
    from text_conversations c
    where c.id = excluded.conversation_id and c.purged_at is not null
  );
end
$$;

revoke all on function keep_digests(uuid[]) from public;
grant execute on function keep_digests(uuid[]) to parley_jobs;
