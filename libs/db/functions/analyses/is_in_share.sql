-- Whether a conversation is among a share of all, 0 to 1: always the same ones, and those of a smaller share are among
-- those of a larger one. The seed is another than that of is_sampled(), so neither sample tells of the other.
create or replace function is_in_share(p_conversation uuid, p_share double precision) returns boolean
language sql immutable parallel safe as $$
  select (hashtextextended(p_conversation::text, 1) & 1048575) < p_share * 1048576
$$;
