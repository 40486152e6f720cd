-- What models used for sessions: (session, hour, family cost, what/purpose/model, amount). what: calls, input, output
-- (tokens), cost (US dollars), unpriced (calls of a model without a price). Turns count in the hour they were done in,
-- work after the session in the hour of its last change.
create or replace function session_costs(p_ids uuid[])
returns table (conversation_id uuid, hour timestamptz, family text, name text, amount numeric)
language sql stable as $$
  with calls as materialized (
    select
      t.conversation_id, date_trunc('hour', coalesce(t.done_at, t.created_at)) as at,
      case c.value ->> 'type'
        when 'llm.reply' then 'reply'
        when 'llm.extract' then 'extraction'
        when 'llm.classify' then 'classification'
        else 'other'
      end as purpose,
      c.value ->> 'model' as model, c.value -> 'usage' as used, c.value -> 'retrieval' -> 'embedding' as embedding
    from session_turns t
    cross join lateral json_array_elements(
      case when json_typeof(t.trace -> 'calls') = 'array' then t.trace -> 'calls' else '[]' end
    ) c
    where t.conversation_id = any(p_ids) and t.status <> 'pending'
  ),
  used as (
    select
      conversation_id, at, purpose, model, (used ->> 'input_tokens')::numeric as input,
      (used ->> 'output_tokens')::numeric as output, (used ->> 'cost')::numeric as cost
    from calls
    where json_typeof(used) = 'object'
    union all
    select
      conversation_id, at, 'retrieval', embedding ->> 'model', (embedding -> 'usage' ->> 'input_tokens')::numeric,
      (embedding -> 'usage' ->> 'output_tokens')::numeric, (embedding -> 'usage' ->> 'cost')::numeric
    from calls
    where json_typeof(embedding -> 'usage') = 'object'
    union all
    select
      a.conversation_id, date_trunc('hour', coalesce(a.ended_at, a.created_at)), 'analysis', a.model, a.input_tokens,
      a.output_tokens, a.cost
    from session_analyses a
    where a.conversation_id = any(p_ids) and a.input_tokens is not null
    union all
    select
      m.conversation_id, date_trunc('hour', m.updated_at), 'memory', null, m.input_tokens, m.output_tokens, m.cost
    from memory_cursors m
    where m.conversation_id = any(p_ids) and m.input_tokens > 0
  )
  select u.conversation_id, u.at, 'cost', v.what || '/' || u.purpose || '/' || coalesce(u.model, ''), sum(v.amount)
  from used u
  cross join lateral (
    values
      ('calls', 1::numeric), ('input', u.input), ('output', u.output), ('cost', u.cost),
      ('unpriced', (u.cost is null)::int)
  ) v(what, amount)
  where v.amount is not null
  group by 1, 2, 4
$$;
