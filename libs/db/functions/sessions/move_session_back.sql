-- Backdates a session that was just played (events of the last hour) to the time of its plan, turn by turn, as if its
-- visitor and operator had taken their time; for demo data. To be called once per session, in the tenant's scope.
-- p_began_at: its new beginning. p_pace: from the beginning of a turn to that of the next; a person takes three times
-- as long to come. p_abandoned: nobody returned, so a real session would have ended by itself.
-- Cost: three updates a turn.
create or replace function move_session_back(
  p_conversation uuid, p_began_at timestamptz, p_pace interval, p_abandoned boolean
) returns void
language plpgsql as $$
declare
  stretch record;
  -- How far the first turn, the last turn, and later rows are moved.
  v_first interval := '0';
  v_asked interval := '0';
  v_last interval := '0';
begin
  for stretch in
    with turns as (
      select seq, created_at, p_began_at + p_pace * (seq - 1) - created_at as shift
      from session_turns
      where conversation_id = p_conversation
    ),
    stretches as (
      select seq, created_at, shift from turns
      union all
      select null, assigned_at, (select max(shift) from turns) + p_pace * 3
      from escalations
      where conversation_id = p_conversation and assigned_at is not null
    )
    select
      seq, created_at as since, shift, row_number() over w = 1 as is_first,
      coalesce(lead(created_at) over w, 'infinity') as until
    from stretches
    window w as (order by created_at)
    order by created_at
  loop
    if stretch.is_first then v_first := stretch.shift; end if;
    if stretch.seq is not null then v_asked := stretch.shift; end if;
    v_last := stretch.shift;
    update session_events
    set created_at = created_at + stretch.shift
    where conversation_id = p_conversation
      and created_at >= stretch.since
      and created_at < stretch.until
      and created_at > now() - interval '1 hour';
    update text_conversation_messages
    set created_at = created_at + stretch.shift
    where conversation_id = p_conversation
      and created_at >= stretch.since
      and created_at < stretch.until
      and created_at > now() - interval '1 hour';
    update session_turns
    set created_at = created_at + stretch.shift, done_at = done_at + stretch.shift
    where conversation_id = p_conversation and seq = stretch.seq;
  end loop;
  update text_conversations
  set
    created_at = created_at + v_first,
    updated_at = updated_at + v_last,
    node_entered_at = node_entered_at + v_asked,
    ended_at = ended_at + v_last,
    expires_at = expires_at + v_last,
    status = case when p_abandoned then 'abandoned' else status end
  where id = p_conversation;
  update temporary_chat_sessions
  set created_at = created_at + v_first, ended_at = ended_at + v_last, expires_at = expires_at + v_last
  where conversation_id = p_conversation;
  update escalations
  set
    created_at = created_at + v_asked,
    assigned_at = assigned_at + v_last,
    resolved_at = resolved_at + v_last,
    updated_at = updated_at + v_last
  where conversation_id = p_conversation;
  update session_feedback
  set created_at = created_at + v_last, updated_at = updated_at + v_last
  where conversation_id = p_conversation;
  update message_ratings
  set created_at = created_at + v_last, updated_at = updated_at + v_last
  where conversation_id = p_conversation;
end
$$;
