-- Appends an entry to its tenant's chain. Deferred to the end of the transaction: the chain is locked after every other
-- row of the transaction, so that two of them cannot deadlock, and only briefly.
create or replace function chain_audit_entry() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_head audit_heads;
  v_entry audit_entries;
begin
  insert into audit_heads (tenant_id, seq, hash)
  values (new.tenant_id, 0, decode(repeat('00', 32), 'hex'))
  on conflict (tenant_id) do nothing;
  select * into v_head from audit_heads where tenant_id = new.tenant_id for update;
  select * into v_entry from audit_entries where id = new.id;
  v_entry.seq := v_head.seq + 1;
  v_entry.previous_hash := v_head.hash;
  v_entry.hash := audit_hash(v_head.hash, v_entry);
  update audit_entries
  set seq = v_entry.seq, previous_hash = v_entry.previous_hash, hash = v_entry.hash
  where id = new.id;
  update audit_heads set seq = v_entry.seq, hash = v_entry.hash where tenant_id = new.tenant_id;
  return null;
end
$$;

select run_across_tenants('chain_audit_entry');

drop trigger if exists chain_audit_entry on audit_entries;
create constraint trigger chain_audit_entry
after insert on audit_entries
deferrable initially deferred
for each row execute function chain_audit_entry();
