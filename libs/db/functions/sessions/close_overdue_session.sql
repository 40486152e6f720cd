-- Ends a session whose time is over, like close_conversation(). True = this call ended it.
create or replace function close_overdue_session(c text_conversations) returns boolean
language plpgsql as $$
begin
  return close_conversation(
    c.id, 'abandoned', case when c.expires_at <= clock_timestamp() then 'expired' else 'idle_timeout' end
  );
end
$$;
