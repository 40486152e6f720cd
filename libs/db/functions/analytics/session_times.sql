-- How long visitors waited for answers, from the acceptance of a message, and what failed: (session, hour, family
-- times, name, amount). first = to the first words of the model, total = to the committed answer, in milliseconds. A
-- message left for a human has no answer here.
create or replace function session_times(p_ids uuid[])
returns table (conversation_id uuid, hour timestamptz, family text, name text, amount numeric)
language sql stable as $$
  with turns as materialized (
    select
      t.conversation_id, date_trunc('hour', t.created_at) as hour, t.status, t.error_code,
      case
        when t.status = 'done' and json_array_length(t.result -> 'messages') > 0
          then greatest(extract(epoch from t.done_at - t.created_at) * 1000, 0)
      end as total,
      case when t.status = 'done' then after_first_words(t.trace) end as after_first
    from session_turns t
    where t.conversation_id = any(p_ids)
      and t.kind = 'message'
      and t.status <> 'pending'
  ),
  timed as (
    select conversation_id, hour, 'total' as which, total as ms
    from turns
    where total is not null
    union all
    select conversation_id, hour, 'first', greatest(total - after_first, 0)
    from turns
    where total is not null and after_first is not null
  )
  select conversation_id, hour, 'times', which || '/' || time_bucket(ms), count(*)
  from timed
  group by 1, 2, 4
  union all
  select conversation_id, hour, 'times', which || '_ms', round(sum(ms))
  from timed
  group by 1, 2, 4
  union all
  select conversation_id, hour, 'times', 'failed/' || coalesce(error_code, 'unknown'), count(*)
  from turns
  where status = 'failed'
  group by 1, 2, 4
$$;
