-- For a runner that continues a session under its existing lease.
create or replace function session_budget(p_tenant uuid, p_conversation uuid) returns uuid
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  return budget_link(p_conversation);
end
$$;
