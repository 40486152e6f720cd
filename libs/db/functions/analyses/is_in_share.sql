-- Whether a conversation is in a sample of the given share, 0 to 1: deterministic, and a smaller share is a subset of a
-- larger one. The seed differs from that of is_sampled(), so the two samples are independent.
create or replace function is_in_share(p_conversation uuid, p_share double precision) returns boolean
language sql immutable parallel safe as $$
  select (hashtextextended(p_conversation::text, 1) & 1048575) < p_share * 1048576
$$;
