-- Ends of chains that were not sealed yet, at most p_limit, of any tenant.
create or replace function unsealed_audit_heads(p_limit integer)
returns table (tenant_id uuid, seq bigint, hash bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select h.tenant_id, h.seq, h.hash
  from audit_heads h
  where h.seq > 0
    and not exists (
      select from audit_seals s
      where s.tenant_id = h.tenant_id and s.seq >= h.seq
    )
  limit p_limit
$$;

select run_across_tenants('unsealed_audit_heads');
