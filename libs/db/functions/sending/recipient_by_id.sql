-- Whom a provider speaks of that names nothing but the id of a recipient, in whatever tenant.
create or replace function recipient_by_id(p_id uuid)
returns table (tenant_id uuid, address_sealed text, address_hash text, hint text)
language sql stable security definer set search_path = public, pg_temp as $$
  select r.tenant_id, r.address_sealed, r.address_hash, r.hint
  from send_out_recipients r
  where r.id = p_id
$$;

select run_across_tenants('recipient_by_id');
