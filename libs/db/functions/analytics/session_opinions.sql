-- What visitors thought, in the hour their session began: (session, hour, family opinions, name, amount). rating/1 … 5
-- of a session, up and down of an answer, sentiment/… of an analysis that asked its model for `sentiment`.
create or replace function session_opinions(p_ids uuid[])
returns table (conversation_id uuid, hour timestamptz, family text, name text, amount numeric)
language sql stable as $$
  select c.id, date_trunc('hour', c.created_at), 'opinions', o.name, count(*)
  from text_conversations c
  join (
    select f.conversation_id as id, 'rating/' || f.rating as name
    from session_feedback f
    where f.conversation_id = any(p_ids)
    union all
    select m.conversation_id, m.rating
    from message_ratings m
    where m.conversation_id = any(p_ids)
    union all
    select a.conversation_id, 'sentiment/' || lower(btrim(a.answers ->> 'sentiment'))
    from session_analyses a
    where a.conversation_id = any(p_ids)
      and a.status = 'done'
      and lower(btrim(a.answers ->> 'sentiment')) in ('positive', 'neutral', 'negative')
  ) o on o.id = c.id
  where c.id = any(p_ids)
  group by 1, 2, 4
$$;
