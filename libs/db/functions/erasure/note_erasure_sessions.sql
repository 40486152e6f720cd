-- Records the sessions that an erasure is to remove.
create or replace function note_erasure_sessions(e erasures, p_ids uuid[]) returns integer
language plpgsql as $$
declare
  v_count integer;
begin
  insert into erasure_sessions (erasure_id, conversation_id, tenant_id, session_id)
  select e.id, c.id, c.tenant_id, c.session_id
  from text_conversations c
  where c.id = any(p_ids) and c.tenant_id = e.tenant_id
  on conflict do nothing;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
