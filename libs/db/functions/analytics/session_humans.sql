-- Requests for a human, in the hour they were made: (session, hour, family humans, name, amount). sessions = one for a
-- session with any, in the hour it began; wait = from the request to the human who accepted it, in milliseconds.
create or replace function session_humans(p_ids uuid[])
returns table (conversation_id uuid, hour timestamptz, family text, name text, amount numeric)
language sql stable as $$
  with wishes as materialized (
    select
      e.conversation_id, date_trunc('hour', e.created_at) as at, e.source, e.outcome, e.status,
      case
        when e.assigned_at is not null then greatest(extract(epoch from e.assigned_at - e.created_at) * 1000, 0)
      end as wait
    from escalations e
    where e.conversation_id = any(p_ids)
  )
  select w.conversation_id, w.at, 'humans', v.name, sum(v.amount)
  from wishes w
  cross join lateral (
    values
      ('escalations', 1::numeric),
      ('source/' || w.source, 1),
      ('outcome/' || coalesce(w.outcome, w.status), 1),
      ('wait/' || time_bucket(w.wait), (w.wait is not null)::int),
      ('wait_ms', coalesce(round(w.wait), 0))
  ) v(name, amount)
  where v.name is not null
  group by 1, 2, 4
  union all
  select c.id, date_trunc('hour', c.created_at), 'humans', 'sessions', 1
  from text_conversations c
  where c.id = any(p_ids) and exists (select from wishes w where w.conversation_id = c.id)
$$;
