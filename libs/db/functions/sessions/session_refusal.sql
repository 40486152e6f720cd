-- Why nothing more can be said in a session at p_at, as an error code: it was ended, or its time is over and the sweep
-- has merely not come by. Null = it goes on. Inlined, because every message asks.
create or replace function session_refusal(c text_conversations, p_at timestamptz) returns text
language sql stable as $$
  select case
    when c.status <> 'active' then 'session_ended'
    when session_over_at(c) <= p_at then 'session_expired'
  end
$$;
