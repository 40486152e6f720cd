-- All numbers of sessions that still have content, from their rows, by the functions it names. A pure read: the same
-- rows always give the same numbers.
create or replace function session_numbers(p_ids uuid[])
returns table (conversation_id uuid, hour timestamptz, family text, name text, amount numeric)
language sql stable as $$
  select *
  from (
    select * from session_usage(p_ids)
    union all
    select * from session_times(p_ids)
    union all
    select * from session_nodes(p_ids)
    union all
    select * from session_moves(p_ids)
    union all
    select * from session_costs(p_ids)
    union all
    select * from session_opinions(p_ids)
    union all
    select * from session_humans(p_ids)
  ) n
  where n.amount <> 0
$$;
