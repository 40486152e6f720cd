-- Suspends the tenant of the transaction, or lets it work again. Its running sessions are over at once: their time ends
-- now, so that no message is taken, and the sweep closes them. What was suspended before stays as it was.
create or replace function suspend_tenant(p_tenant uuid, p_suspended boolean) returns void
language plpgsql as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  update tenants
  set suspended_at = case when p_suspended then v_now end
  where id = p_tenant and (suspended_at is not null) <> p_suspended;
  if not found or not p_suspended then
    return;
  end if;
  update text_conversations
  set expires_at = v_now, idle_check_at = v_now
  where tenant_id = p_tenant and ended_at is null;
end
$$;
