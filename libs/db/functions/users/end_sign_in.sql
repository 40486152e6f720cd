-- Ends the sessions of a person of the transaction's tenant and the links that would open one, so that none of them
-- revives when the person is enabled again.
create or replace function end_sign_in(p_tenant uuid, p_id uuid)
returns void
language sql as $$
  update user_sessions
  set ended_at = clock_timestamp()
  where tenant_id = p_tenant and user_id = p_id and ended_at is null;
  delete from sign_in_links where tenant_id = p_tenant and user_id = p_id
$$;
