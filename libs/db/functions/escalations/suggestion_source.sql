-- The input of a suggested reply for the operator who has the escalation: the state of the session, and the newest
-- p_limit messages, oldest first. Refuses like holds_escalation(); read-only.
create or replace function suggestion_source(p_tenant uuid, p_id uuid, p_operator text, p_limit integer) returns json
language plpgsql as $$
declare
  v_conversation uuid;
begin
  perform holds_escalation(p_tenant, p_id, p_operator);
  select conversation_id into v_conversation from escalations where id = p_id;
  return (
    select json_build_object(
      'conversation_id', c.id, 'session_id', c.session_id, 'agent_id', c.agent_id, 'agent_version', c.agent_version,
      'node_id', c.node_id, 'node_name', c.node_name, 'values', c.collected_data,
      'messages', (
        select coalesce(json_agg(json_build_object('role', m.role, 'content', m.content)), '[]')
        from analysis_history(p_tenant, c.id, p_limit) m
      )
    )
    from text_conversations c
    where c.id = v_conversation
  );
end
$$;
