-- Suspends the tenant of the transaction, or lets it work again. Its credentials and links are refused from here on.
-- The time of its running sessions ends now, so that none takes a message: of at most 1,000, which one statement surely
-- manages. end_suspended_sessions() closes them all afterwards, however many they are, also when the tenant is let
-- work before all have ended. Its schedules wait until it may work again. What was suspended before stays as it was.
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
    -- One in which something is written at this moment is left to end_suspended_sessions().
    select id
    from text_conversations
    where tenant_id = p_tenant and ended_at is null
    limit 1000
    for no key update skip locked
  );
end
$$;
