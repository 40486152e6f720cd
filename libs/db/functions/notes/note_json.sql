-- A note as contracts' sessionNote.
create or replace function note_json(n session_notes) returns json
language sql stable as $$
  select json_build_object(
    'id', n.id, 'session_id', c.session_id, 'author', n.author, 'author_name', n.author_name, 'content', n.content,
    'created_at', iso(n.created_at)
  )
  from text_conversations c
  where c.id = n.conversation_id
$$;
