-- Whether a conversation is one of the 20th part that is looked at whatever happened in it: always the same ones.
create or replace function is_sampled(p_conversation uuid) returns boolean
language sql immutable parallel safe as $$
  select mod(hashtextextended(p_conversation::text, 0), 20) = 0
$$;
