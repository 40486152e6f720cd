-- What is remembered of a person, in one round trip, because the first answer waits for it. Records the use, once a
-- day.
create or replace function recall_memory(p_tenant uuid, p_agent uuid, p_subject text) returns json
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update memories
  set used_at = clock_timestamp()
  where agent_id = p_agent and subject_hash = p_subject and used_at < clock_timestamp() - interval '1 day';
  return (
    select json_build_object('summary', summary, 'notes', notes)
    from memories
    where agent_id = p_agent and subject_hash = p_subject
  );
end
$$;
