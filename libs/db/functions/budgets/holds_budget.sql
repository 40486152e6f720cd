-- Whether a try may still be charged. A turn: its fence is the session's, or the session was ended under it within the
-- last minute, while the output of the model until then is still being reported. The reservation of a crashed runner is
-- released when another one takes over the session. An analysis reserves under seq 0, fenced by its attempt; a
-- suggestion to an operator under seq -1 until its fence, a time in microseconds.
create or replace function holds_budget(r budget_reservations, c text_conversations) returns boolean
language sql stable as $$
  select case
    when r.seq = 0
      then exists (
        select
        from session_analyses a
        where a.conversation_id = r.conversation_id
          and a.status = 'pending'
          and a.attempts = r.fence
      )
    when r.seq = -1 then to_timestamp(r.fence / 1000000.0) > clock_timestamp()
    else (c.fence = r.fence and c.done_seq < r.seq)
      or (c.status <> 'active' and c.fence = r.fence + 1 and c.ended_at > clock_timestamp() - interval '1 minute')
  end
$$;
