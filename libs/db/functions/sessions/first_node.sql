-- The initial node of a workflow, for a session that ends before its opening turn was committed. Looked up only then,
-- because a document is long and an opening is on the hot path.
create or replace function first_node(p_agent uuid, p_version integer, out id text, out name text)
language sql stable as $$
  select
    v.document #>> '{workflow,initial_node}',
    (
      select n ->> 'name'
      from json_array_elements(v.document #> '{workflow,nodes}') n
      where n ->> 'id' = v.document #>> '{workflow,initial_node}'
      limit 1
    )
  from agent_versions v
  where v.agent_id = p_agent and v.version = p_version
$$;
