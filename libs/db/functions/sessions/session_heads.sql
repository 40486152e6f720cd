-- Newest offsets of open streams, whose access was checked when they were opened: looks across tenants, returns no
-- content.
create or replace function session_heads(p_sessions text[])
returns table (session_id text, head integer, status text)
language sql stable security definer set search_path = public, pg_temp as $$
  select session_id, event_offset, status
  from text_conversations
  where session_id = any(p_sessions)
$$;

select run_across_tenants('session_heads');
