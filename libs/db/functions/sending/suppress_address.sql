-- Adds an address to the tenant's suppression list, and removes it from what is about to be sent. The first reason
-- stays. p_sealed null = the address itself is not known.
create or replace function suppress_address(
  p_tenant uuid, p_hash text, p_sealed text, p_hint text, p_reason text
)
returns void
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  insert into suppressions (tenant_id, address_hash, address_sealed, hint, reason)
  values (p_tenant, p_hash, p_sealed, p_hint, p_reason)
  on conflict (tenant_id, address_hash) do nothing;
  update send_out_recipients r
  set status = 'suppressed', ended_at = clock_timestamp(), claimed_until = null
  from send_outs s
  where s.id = r.send_out_id
    and s.channel in ('email', 'sms')
    and r.tenant_id = p_tenant
    and r.address_hash = p_hash
    and r.ended_at is null
    and r.handed_over_at is null;
end
$$;
