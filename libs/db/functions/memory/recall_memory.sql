-- What is remembered of a person, in one round trip: it stands between a visitor and the first answer.
create or replace function recall_memory(p_tenant uuid, p_agent uuid, p_subject text) returns json
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  return (
    select json_build_object('summary', summary, 'notes', notes)
    from memories
    where agent_id = p_agent and subject_hash = p_subject
  );
end
$$;
