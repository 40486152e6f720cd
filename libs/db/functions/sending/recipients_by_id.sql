-- The recipients a provider reports about by id alone, across tenants. Unknown ids are left out.
create or replace function recipients_by_id(p_ids uuid[])
returns table (id uuid, tenant_id uuid, address_sealed text, address_hash text)
language sql stable security definer set search_path = public, pg_temp as $$
  select r.id, r.tenant_id, r.address_sealed, r.address_hash
  from send_out_recipients r
  where r.id = any(p_ids)
$$;

select run_across_tenants('recipients_by_id');
