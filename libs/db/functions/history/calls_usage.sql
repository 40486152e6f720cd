-- The usage of a turn that has no result to report it: its model calls, {input_tokens, output_tokens, cost}. One call
-- without a known price makes the cost null.
create or replace function calls_usage(p_trace json) returns json
language plpgsql stable as $$
begin
  return (
    select json_build_object(
      'input_tokens', coalesce(sum((u ->> 'input_tokens')::bigint), 0),
      'output_tokens', coalesce(sum((u ->> 'output_tokens')::bigint), 0),
      'cost', case when bool_or(u ->> 'cost' is null) then null else coalesce(sum((u ->> 'cost')::numeric), 0) end
    )
    from (
      select value -> 'usage' as u
      from json_array_elements(
        case when json_typeof(p_trace -> 'calls') = 'array' then p_trace -> 'calls' else '[]' end
      )
    ) calls
    where json_typeof(u) = 'object'
  );
end
$$;
