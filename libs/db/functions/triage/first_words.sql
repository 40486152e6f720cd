-- The visitor's first message, on one line, at most 120 characters; null = none, or it is gone.
create or replace function first_words(p_conversation uuid) returns text
language sql stable as $$
  select left(regexp_replace(btrim(left(content, 400)), '\s+', ' ', 'g'), 120)
  from session_turns
  where conversation_id = p_conversation and kind = 'message' and content <> ''
  order by seq
  limit 1
$$;
