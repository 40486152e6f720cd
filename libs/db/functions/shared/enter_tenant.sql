-- Binds the rest of the transaction to one tenant.
create or replace function enter_tenant(p_tenant uuid) returns void
language plpgsql as $$
begin
  perform set_config('app.tenant_id', p_tenant::text, true);
end
$$;
