-- The first bytes of files, for the model: p_ids of one conversation.
create or replace function file_heads(p_tenant uuid, p_conversation uuid, p_ids uuid[], p_bytes integer)
returns table (id uuid, head bytea)
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  return query
  select f.id, substring(k.data from 1 for p_bytes)
  from session_files f
  join session_file_chunks k on k.file_id = f.id and k.n = 0
  where f.conversation_id = p_conversation and f.id = any(p_ids) and f.complete;
end
$$;
