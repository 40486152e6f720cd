-- Finished turns up to a sequence, each with what it and all before it have used.
create or replace function spent_turns(p_conversation uuid, p_through integer)
returns table (seq integer, usage json, totals json)
language plpgsql stable as $$
begin
  return query
  with used as materialized (
    select t.seq, case when t.status = 'failed' then calls_usage(t.trace) else t.result -> 'usage' end as u
    from session_turns t
    where t.conversation_id = p_conversation
      and t.seq <= p_through
      and t.status <> 'pending'
  ),
  counted as materialized (
    select
      used.seq, u, (u ->> 'input_tokens')::bigint as input, (u ->> 'output_tokens')::bigint as output,
      (u ->> 'cost')::numeric as cost
    from used
  )
  select
    counted.seq, u,
    json_build_object(
      'input_tokens', coalesce(sum(input) over w, 0), 'output_tokens', coalesce(sum(output) over w, 0),
      'cost', case
        when not coalesce(bool_or(cost is null and input is not null) over w, false)
          then coalesce(sum(cost) over w, 0)
      end
    )
  from counted
  window w as (order by counted.seq);
end
$$;
