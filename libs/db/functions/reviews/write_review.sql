-- Writes the verdict on a session, replacing the previous one. p: {session_id, verdict, turn, expected, note, reviewer,
-- reviewer_name}. Idempotent by state: an unchanged verdict keeps its time. Refuses a session whose content was
-- removed: the lock serialises this with the removal.
create or replace function write_review(p_tenant uuid, p jsonb) returns json
language plpgsql as $$
declare
  c text_conversations;
  v_turn integer := (p ->> 'turn')::int;
begin
  perform enter_tenant(p_tenant);
  select * into c
  from text_conversations
  where session_id = p ->> 'session_id'
  for share;
  if not found then perform fail('session_not_found'); end if;
  if c.purged_at is not null then perform fail('content_removed'); end if;
  if v_turn is not null and not exists (
    select from session_turns where conversation_id = c.id and seq = v_turn and status <> 'pending'
  ) then
    perform fail('turn_not_found');
  end if;
  insert into session_reviews as r (
    conversation_id, tenant_id, verdict, turn_seq, expected, note, reviewer, reviewer_name
  )
  values (
    c.id, c.tenant_id, p ->> 'verdict', v_turn, p ->> 'expected', p ->> 'note', p ->> 'reviewer', p ->> 'reviewer_name'
  )
  on conflict (conversation_id) do update
  set
    verdict = excluded.verdict,
    turn_seq = excluded.turn_seq,
    expected = excluded.expected,
    note = excluded.note,
    reviewer = excluded.reviewer,
    reviewer_name = excluded.reviewer_name,
    reviewed_at = date_trunc('milliseconds', clock_timestamp())
  where (r.verdict, r.turn_seq, r.expected, r.note, r.reviewer, r.reviewer_name)
    is distinct from (
      excluded.verdict, excluded.turn_seq, excluded.expected, excluded.note, excluded.reviewer, excluded.reviewer_name
    );
  if found then perform review_fact(c, 'given'); end if;
  return (select review_json(r) from session_reviews r where r.conversation_id = c.id);
end
$$;
