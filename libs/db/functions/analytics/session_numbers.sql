-- All numbers of sessions whose content is there, from their rows: what the functions it names say. A pure reading, so
-- the same rows give the same numbers whenever it is asked.
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
