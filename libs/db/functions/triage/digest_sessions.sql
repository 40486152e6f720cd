-- Sessions as lists filter and sort them, from their rows. p_words: those whose words are wanted. A turn that was
-- refused because its session had ended has not failed. Went badly: rated 2 or lower, an answer with thumbs down, a
-- turn that failed, or a person who was requested and never came. Of the words the first 100,000 characters.
create or replace function digest_sessions(p_ids uuid[], p_words uuid[]) returns setof session_digests
language sql stable as $$
  select
    c.id, c.tenant_id, c.agent_id, c.link_id, c.created_at, c.updated_at, c.event_offset, c.total_turns,
    case when c.purged_at is null then t.cost else (c.kept_usage ->> 'cost')::numeric end, f.rating, m.up, m.down,
    t.failed, e.asked, coalesce(f.rating <= 2, false) or m.down > 0 or t.failed > 0 or e.unanswered,
    array(select distinct n from unnest(t.nodes || c.node_id) n where n <> ''), w.words
  from text_conversations c
  cross join lateral (
    select
      case when not coalesce(bool_or(u ->> 'cost' is null and u ->> 'input_tokens' is not null), false)
        then coalesce(sum((u ->> 'cost')::numeric), 0)
      end as cost,
      count(*) filter (where s.kind = 'message' and s.status = 'failed' and s.error_code <> 'session_ended')::int
        as failed,
      coalesce(array_agg(s.result ->> 'node_id') filter (where s.result is not null), '{}')
        || coalesce(array_agg(s.result ->> 'previous_node_id') filter (where s.result is not null), '{}') as nodes
    from session_turns s
    cross join lateral (
      select case when s.status = 'failed' then calls_usage(s.trace) else s.result -> 'usage' end as u
    ) used
    where s.conversation_id = c.id and s.status <> 'pending'
  ) t
  cross join lateral (
    select
      count(*) filter (where r.rating = 'up')::int as up, count(*) filter (where r.rating = 'down')::int as down
    from message_ratings r
    where r.conversation_id = c.id
  ) m
  cross join lateral (
    select
      count(*) > 0 as asked,
      coalesce(bool_or(x.assigned_at is null and x.outcome in ('session_ended', 'cancelled')), false) as unanswered
    from escalations x
    where x.conversation_id = c.id
  ) e
  left join session_feedback f on f.conversation_id = c.id
  left join lateral (
    select strip(to_tsvector('simple', left(string_agg(said.content, ' ' order by said.sequence), 100000))) as words
    from text_conversation_messages said
    where c.id = any(p_words) and said.conversation_id = c.id and said.created_at >= c.created_at
  ) w on true
  where c.id = any(p_ids)
$$;
