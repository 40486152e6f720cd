-- Suspends the tenant of the transaction, or reinstates it. While suspended its credentials and links are refused and
-- its schedules wait. Up to 1,000 of its running sessions expire now, so that none takes a message: one statement
-- surely manages as many. end_suspended_sessions() closes all of them afterwards, even when the tenant is reinstated
-- before all have ended. Suspending twice changes nothing.
create or replace function suspend_tenant(p_tenant uuid, p_suspended boolean) returns void
language plpgsql as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  update tenants
  set
    suspended_at = case when p_suspended then v_now end,
    end_sessions_before = case when p_suspended then v_now else end_sessions_before end
  where id = p_tenant and (suspended_at is not null) <> p_suspended;
  if not found then
    return;
  end if;
  update schedules set suspended = p_suspended where tenant_id = p_tenant and suspended <> p_suspended;
  if not p_suspended then
    return;
  end if;
  update text_conversations
  set expires_at = v_now, idle_check_at = v_now
  where id in (
    -- A session that is being written to is left to end_suspended_sessions().
    select id
    from text_conversations
    where tenant_id = p_tenant and ended_at is null
    limit 1000
    for no key update skip locked
  );
end
$$;
