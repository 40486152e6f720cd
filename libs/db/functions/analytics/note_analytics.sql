-- Queues a session for counting, or for a recount. The caller is in the tenant; called in the transaction that ends or
-- changes the session, never by an ordinary turn.
create or replace function note_analytics(p_tenant uuid, p_conversation uuid) returns void
language sql as $$
  insert into analytics_due (tenant_id, conversation_id)
  values (p_tenant, p_conversation)
$$;
