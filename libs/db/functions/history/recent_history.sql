-- Newest p_limit messages of a conversation, oldest first, with their files. plpgsql, not sql: a sql function called
-- from plpgsql would be parsed and planned at every call.
create or replace function recent_history(p_conversation uuid, p_since timestamptz, p_limit integer)
returns json
language plpgsql stable as $$
begin
  return (
    select coalesce(
      json_agg(
        json_build_object('role', role, 'content', content, 'node_id', node_id, 'files', files) order by sequence
      ),
      '[]'
    )
    from (
      select sequence, role, content, node_id, files
      from text_conversation_messages
      where conversation_id = p_conversation
        and created_at >= p_since
        and status = 'done'
      order by sequence desc
      limit p_limit
    ) m
  );
end
$$;
