-- A verdict as contracts' sessionReview.
create or replace function review_json(r session_reviews) returns json
language sql stable as $$
  select json_build_object(
    'session_id', c.session_id, 'verdict', r.verdict, 'turn', r.turn_seq, 'expected', r.expected, 'note', r.note,
    'reviewer', r.reviewer, 'reviewer_name', r.reviewer_name, 'reviewed_at', iso(r.reviewed_at)
  )
  from text_conversations c
  where c.id = r.conversation_id
$$;
