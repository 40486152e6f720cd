-- Stores the seal of an entry of the transaction's tenant, once, and hands the entries since the previous seal to the
-- receivers of webhooks that ask for `audit.entry` by name: `*` does not include them. Returns these entries as
-- receivers see them, none when another replica has sealed it.
create or replace function seal_audit(p_seq bigint, p_sealed text) returns setof jsonb
language plpgsql as $$
declare
  v_tenant uuid := app_tenant();
  v_from bigint;
begin
  select coalesce(max(seq), 0) into v_from
  from audit_seals
  where tenant_id = v_tenant;
  insert into audit_seals (tenant_id, seq, hash_sealed)
  values (v_tenant, p_seq, p_sealed)
  on conflict do nothing;
  if not found then return; end if;
  insert into webhook_deliveries (tenant_id, endpoint_id, event_id, type, data)
  select v_tenant, w.id, e.id, 'audit.entry', audit_json(e)
  from audit_entries e
  cross join webhook_endpoints w
  where e.tenant_id = v_tenant
    and e.seq > v_from
    and e.seq <= p_seq
    and w.tenant_id = v_tenant
    and w.agent_version is null
    and w.agent_id is null
    and w.is_active
    and w.events && '{audit.entry, audit.*}'
  on conflict do nothing;
  return query
  select audit_json(e)
  from audit_entries e
  where e.tenant_id = v_tenant and e.seq > v_from and e.seq <= p_seq
  order by e.seq;
end
$$;
