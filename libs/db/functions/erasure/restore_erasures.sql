-- Recreates erasures that the ledger has and this database, an older backup, does not. p: entries as
-- finished_erasures() returns them; those of unknown tenants are left out. Returns how many were recreated.
create or replace function restore_erasures(p jsonb) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_made uuid[];
begin
  with made as (
    insert into erasures (
      id, tenant_id, kind, subject_hash, memory_hash, memory_agent, cause, erased_before, requested_by, created_at
    )
    select
      (i ->> 'erasure_id')::uuid, t.id, i ->> 'kind', i ->> 'subject_hash', i ->> 'memory_hash',
      (i ->> 'memory_agent')::uuid, 'restore', (i ->> 'erased_before')::timestamptz, i ->> 'requested_by',
      (i ->> 'requested_at')::timestamptz
    from jsonb_array_elements(p) i
    join tenants t on t.id = (i ->> 'tenant_id')::uuid
    on conflict do nothing
    returning id
  )
  select coalesce(array_agg(id), '{}') into v_made
  from made;
  insert into erasure_sessions (erasure_id, conversation_id, tenant_id, session_id)
  select e.id, (s ->> 0)::uuid, e.tenant_id, s ->> 1
  from jsonb_array_elements(p) i
  join erasures e on e.id = (i ->> 'erasure_id')::uuid
  cross join jsonb_array_elements(i -> 'sessions') s
  where e.id = any(v_made)
  on conflict do nothing;
  return cardinality(v_made);
end
$$;

select run_across_tenants('restore_erasures');
