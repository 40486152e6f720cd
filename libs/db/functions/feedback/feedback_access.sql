-- The conversation that p_access may rate: while the session lives and 24 hours after. Counts a live session against
-- its link. An ended session's row stays locked, so that no text is written to one whose content is being purged.
create or replace function feedback_access(p_access jsonb) returns uuid
language plpgsql as $$
declare
  v_id uuid := resolve_access(p_access);
  c text_conversations;
  v_ended timestamptz;
begin
  select ended_at into v_ended from text_conversations where id = v_id;
  if v_ended is not null then
    perform from text_conversations where id = v_id for share;
    v_id := resolve_content(p_access);
  end if;
  if v_ended < clock_timestamp() - interval '24 hours' then
    perform fail('session_ended');
  end if;
  select * into c
  from text_conversations
  where id = v_id and not counted and ended_at is null
  for no key update;
  if found and not count_session(c) then perform fail('sessions_exhausted'); end if;
  return v_id;
end
$$;
