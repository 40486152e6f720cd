-- Deletes entries older than p_days with their seals, at most p_limit of one tenant, and stores where its chain now
-- begins. Returns how many. Chains are only ever cut from the start, so that the rest can be verified.
create or replace function purge_audit(p_days integer, p_limit integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_head audit_heads;
  v_through bigint;
  v_gone integer;
begin
  select h.* into v_head
  from audit_heads h
  join audit_entries e on e.tenant_id = h.tenant_id and e.seq = h.purged_seq + 1
  where e.at < clock_timestamp() - make_interval(days => p_days)
  limit 1
  for update of h skip locked;
  if not found then return 0; end if;
  select max(seq) into v_through
  from (
    select seq, bool_and(at < clock_timestamp() - make_interval(days => p_days)) over (order by seq) as old
    from audit_entries
    where tenant_id = v_head.tenant_id and seq > v_head.purged_seq
    order by seq
    limit p_limit
  ) as first
  where old;
  update audit_heads
  set purged_seq = v_through, purged_hash = (
    select hash from audit_entries where tenant_id = v_head.tenant_id and seq = v_through
  )
  where tenant_id = v_head.tenant_id;
  delete from audit_entries where tenant_id = v_head.tenant_id and seq <= v_through;
  get diagnostics v_gone = row_count;
  delete from audit_seals where tenant_id = v_head.tenant_id and seq < v_through;
  return v_gone;
end
$$;

select run_across_tenants('purge_audit');
