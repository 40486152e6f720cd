-- A session as contracts' sessionView, with its feedback and whether its link has room for another conversation (null =
-- it has no link).
create or replace function get_session(p_access jsonb) returns json
language plpgsql as $$
declare
  v_id uuid := resolve_access(p_access);
begin
  return (
    select (
      session_json(c)::jsonb
        || jsonb_build_object(
          'another_session', (
            select l.sessions_used < l.max_sessions from temporary_chat_links l where l.id = c.link_id
          ),
          'feedback', (
            select jsonb_build_object(
              'rating', f.rating, 'text', f.text, 'created_at', iso(f.created_at), 'updated_at', iso(f.updated_at)
            )
            from session_feedback f
            where f.conversation_id = v_id
          )
        )
    )::json
    from text_conversations c
    where id = v_id
  );
end
$$;

select keep_index_plans('get_session');
