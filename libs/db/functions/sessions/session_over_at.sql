-- When a session ends by itself: at its expiry, or after its idle timeout without a message, whichever comes first. A
-- sql function with one expression: it is inlined, also in a condition over many rows.
create or replace function session_over_at(c text_conversations) returns timestamptz
language sql stable as $$
  select least(c.expires_at, c.updated_at + make_interval(secs => c.idle_timeout_seconds))
$$;
