-- Entries to seal next, at most p_limit, across tenants: the end of each chain that has grown since its last seal, or
-- the entry p_stretch further where it has grown by more.
create or replace function unsealed_audit_heads(p_limit integer, p_stretch integer)
returns table (tenant_id uuid, seq bigint, hash bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select e.tenant_id, e.seq, e.hash
  from audit_heads h
  cross join lateral (
    select coalesce(max(s.seq), 0) as seq
    from audit_seals s
    where s.tenant_id = h.tenant_id
  ) last
  join audit_entries e on e.tenant_id = h.tenant_id and e.seq = least(h.seq, last.seq + p_stretch)
  where h.seq > last.seq
  limit p_limit
$$;

select run_across_tenants('unsealed_audit_heads');
