-- Transitions of sessions between nodes, in the hour they began: (session, hour, family moves, name, amount). name:
-- from and to as a JSON array, because the id of a node may hold any character; amount: how often.
create or replace function session_moves(p_ids uuid[])
returns table (conversation_id uuid, hour timestamptz, family text, name text, amount numeric)
language sql stable as $$
  select
    c.id, date_trunc('hour', c.created_at), 'moves',
    json_build_array(m.value ->> 'from_node', m.value ->> 'to_node')::text, count(*)
  from text_conversations c
  join session_turns t on t.conversation_id = c.id and t.status = 'done'
  cross join lateral json_array_elements(
    case when json_typeof(t.result -> 'transitions') = 'array' then t.result -> 'transitions' else '[]' end
  ) m
  where c.id = any(p_ids)
  group by 1, 2, 4
$$;
