-- A runner that stops before its commit gives the session back at once.
create or replace function release_lease(p_tenant uuid, p_session text, p_fence bigint)
returns boolean
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update text_conversations
  set lease_until = null, lease_owner = null
  where session_id = p_session and fence = p_fence;
  return found;
end
$$;

select keep_index_plans('release_lease');
