-- A digest of what is remembered of a person: whoever keeps a copy learns from it whether the copy still holds, whichever process, and
-- whichever way, has changed or removed the memory since. Nothing remembered has the digest of empty texts; a null subject has none.
create function memory_version(p_tenant uuid, p_agent uuid, p_subject text) returns text language plpgsql strict as $$
begin
  perform enter_tenant(p_tenant);
  return (select encode(sha256(convert_to(coalesce(max(summary), '') || chr(1) || coalesce(max(notes), ''), 'UTF8')), 'hex')
            from memories where tenant_id = p_tenant and agent_id = p_agent and subject_hash = p_subject);
end $$;

-- Takes leases as before, and tells beside each which link's budget its turns are to be counted on (null = none) and the version of the
-- memory that the caller holds a copy of (`memory_subject`; null = it holds none).
create or replace function acquire_sessions(items jsonb) returns setof json language plpgsql as $$
declare item jsonb; v_lease json;
begin
  for item in select value from jsonb_array_elements(items) order by (value ->> 'conversation_id')::uuid
  loop
    perform enter_tenant((item ->> 'tenant_id')::uuid);
    v_lease := acquire_session(item);
    return next json_build_object('i', item -> 'i', 'lease', v_lease,
      'budget_link', case when v_lease is not null then budget_link((item ->> 'conversation_id')::uuid) end,
      'memory_version', memory_version((item ->> 'tenant_id')::uuid, (v_lease ->> 'agent_id')::uuid, item ->> 'memory_subject'));
  end loop;
end $$;
