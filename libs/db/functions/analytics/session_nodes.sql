-- The nodes that sessions reached, each once per session, and where they ended: (session, hour, family nodes, name,
-- amount). completed = the workflow ended there, left = the session ended there in another way.
create or replace function session_nodes(p_ids uuid[])
returns table (conversation_id uuid, hour timestamptz, family text, name text, amount numeric)
language sql stable as $$
  with sessions as (
    select id, date_trunc('hour', created_at) as hour, node_id, ended_at, end_reason
    from text_conversations
    where id = any(p_ids)
  ),
  reached as (
    select t.conversation_id as id, n.node
    from session_turns t
    cross join lateral (
      select t.result ->> 'node_id' as node
      union
      select t.result ->> 'previous_node_id'
      union
      select value ->> 'to_node'
      from json_array_elements(
        case when json_typeof(t.result -> 'transitions') = 'array' then t.result -> 'transitions' else '[]' end
      )
    ) n
    where t.conversation_id = any(p_ids) and t.status = 'done'
    union
    select id, node_id
    from sessions
  )
  select s.id, s.hour, 'nodes', 'reached/' || r.node, 1
  from sessions s
  join reached r on r.id = s.id
  where r.node <> ''
  union all
  select
    id, hour, 'nodes', case when end_reason = 'workflow_ended' then 'completed/' else 'left/' end || node_id, 1
  from sessions
  where ended_at is not null and node_id <> ''
$$;
