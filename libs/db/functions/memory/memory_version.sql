-- A digest of what is remembered of a person: it shows whether a cached copy is still valid, whichever process has
-- changed or removed the memory since, and in whatever way. An empty memory has the digest of empty texts; a null
-- subject has none.
create or replace function memory_version(p_tenant uuid, p_agent uuid, p_subject text) returns text
language plpgsql strict as $$
begin
  perform enter_tenant(p_tenant);
  return (
    select encode(sha256(convert_to(coalesce(max(summary), '') || chr(1) || coalesce(max(notes), ''), 'UTF8')), 'hex')
    from memories
    where tenant_id = p_tenant
      and agent_id = p_agent
      and subject_hash = p_subject
  );
end
$$;
