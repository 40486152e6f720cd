-- Suspends the tenant of the transaction, or lets it work again. This alone refuses everything that is tried in its
-- name; end_suspended_sessions() ends its running sessions afterwards, however many they are, also when the tenant is
-- let work before all have ended. What was suspended before stays as it was.
create or replace function suspend_tenant(p_tenant uuid, p_suspended boolean) returns void
language sql as $$
  update tenants
  set
    suspended_at = case when p_suspended then clock_timestamp() end,
    end_sessions_before = case when p_suspended then clock_timestamp() else end_sessions_before end
  where id = p_tenant and (suspended_at is not null) <> p_suspended
$$;
