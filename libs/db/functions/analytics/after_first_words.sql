-- How much of a turn came after its first words, in milliseconds: the rest of the call that began them and all calls
-- after it. null = no call of the turn recorded when its words began.
create or replace function after_first_words(p_trace json) returns numeric
language sql immutable parallel safe as $$
  with calls as (
    select
      ordinality as n, (value ->> 'latency_ms')::numeric as ms, (value ->> 'first_token_ms')::numeric as first_ms
    from json_array_elements(
      case when json_typeof(p_trace -> 'calls') = 'array' then p_trace -> 'calls' else '[]' end
    ) with ordinality
  ),
  first as (
    select n, first_ms
    from calls
    where first_ms is not null
    order by n
    limit 1
  )
  select sum(calls.ms) - min(first.first_ms)
  from first
  join calls on calls.n >= first.n
$$;
