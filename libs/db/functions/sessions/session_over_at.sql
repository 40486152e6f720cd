-- When a session is over by itself: at its expiry, or when nobody has said anything for its idle timeout, whichever
-- comes first. A sql function with one expression: it is inlined, also in a condition over many rows.
create or replace function session_over_at(c text_conversations) returns timestamptz
language sql stable as $$
  select least(c.expires_at, c.updated_at + make_interval(secs => c.idle_timeout_seconds))
$$;
