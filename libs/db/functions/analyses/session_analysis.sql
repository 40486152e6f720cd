-- The analysis of a session with its usage; null = none was requested.
create or replace function session_analysis(p_conversation uuid) returns jsonb
language sql stable as $$
  select jsonb_build_object(
    'status', status, 'answers', answers, 'unanswered', to_jsonb(unanswered), 'model', model,
    'error_code', error_code, 'created_at', iso(created_at), 'ended_at', iso(ended_at),
    'usage', jsonb_build_object(
      'input_tokens', coalesce(input_tokens, 0), 'output_tokens', coalesce(output_tokens, 0), 'cost', cost
    )
  )
  from session_analyses
  where conversation_id = p_conversation
$$;
