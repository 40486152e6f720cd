-- Why a session takes no message at p_at, as an error code: it was ended, or its time is over and the sweep has not
-- reached it yet. Null = it takes messages. Inlined, because every message calls it.
create or replace function session_refusal(c text_conversations, p_at timestamptz) returns text
language sql stable as $$
  select case
    when c.status <> 'active' then 'session_ended'
    when session_over_at(c) <= p_at then 'session_expired'
  end
$$;
