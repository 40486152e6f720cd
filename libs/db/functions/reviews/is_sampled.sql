-- Whether a conversation is in the 5 percent sample that is reviewed regardless of content: deterministic.
create or replace function is_sampled(p_conversation uuid) returns boolean
language sql immutable parallel safe as $$
  select mod(hashtextextended(p_conversation::text, 0), 20) = 0
$$;
