-- Stores one chunk of an upload. Idempotent by (p_file, p_n).
create or replace function put_file_chunk(p_access jsonb, p_file uuid, p_n integer, p_data bytea)
returns void
language plpgsql as $$
declare
  v_id uuid := resolve_access(p_access);
  v_tenant uuid;
begin
  -- Shared lock: a concurrent discard waits, and no chunk outlives its file.
  select tenant_id into v_tenant
  from session_files
  where id = p_file
    and conversation_id = v_id
    and not complete
    and created_at >= clock_timestamp() - upload_time()
  for key share;
  if not found then perform fail('file_not_found'); end if;
  insert into session_file_chunks (file_id, n, tenant_id, data)
  values (p_file, p_n, v_tenant, p_data)
  on conflict do nothing;
end
$$;
