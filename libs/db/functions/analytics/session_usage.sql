-- How sessions began, went and ended: (session, hour, family usage, name, amount). What concerns the whole session
-- counts in the hour in which it began, messages in theirs.
create or replace function session_usage(p_ids uuid[])
returns table (conversation_id uuid, hour timestamptz, family text, name text, amount numeric)
language sql stable as $$
  select c.id, date_trunc('hour', c.created_at), 'usage', v.name, v.amount
  from text_conversations c
  cross join lateral (
    values
      ('sessions', 1::numeric),
      ('verified', c.participant_verified::int),
      ('first_message', (c.messages_used > 0)::int),
      ('ended', (c.ended_at is not null)::int),
      ('completed', coalesce(c.end_reason = 'workflow_ended', false)::int),
      ('abandoned', (c.status = 'abandoned')::int),
      ('error', (c.status = 'error')::int),
      ('seconds', round(coalesce(extract(epoch from c.ended_at - c.created_at), 0), 3)),
      ('end/' || coalesce(c.end_reason, 'unknown'), (c.ended_at is not null)::int)
  ) v(name, amount)
  where c.id = any(p_ids)
  union all
  select t.conversation_id, date_trunc('hour', t.created_at), 'usage', 'messages', count(*)
  from session_turns t
  where t.conversation_id = any(p_ids)
    and t.kind = 'message'
    and t.status <> 'pending'
  group by 1, 2
$$;
