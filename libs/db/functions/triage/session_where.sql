-- The condition of a search for sessions: on columns of `d`, the digest, where p_digest, else of `c`, the conversation.
-- p: see find_sessions(), which adds the words. It contains only what is searched for, so that the planner sees which
-- index applies.
create or replace function session_where(p jsonb, p_digest boolean) returns text
language sql stable as $$
  select concat_ws(
    ' and ', case when p_digest then 'd.tenant_id = $1' else 'c.tenant_id = $1' end,
    case when p ? 'agent_id' then format('%s.agent_id = %L', t.of, (p ->> 'agent_id')::uuid) end,
    case when p ? 'link_id' then format('%s.link_id = %L', t.of, (p ->> 'link_id')::uuid) end,
    case when p ? 'from' then format('%s.created_at >= %L', t.of, (p ->> 'from')::timestamptz) end,
    case when p ? 'to' then format('%s.created_at < %L', t.of, (p ->> 'to')::timestamptz) end,
    case when p ? 'status' then format('c.status = %L', p ->> 'status') end,
    case p ->> 'state'
      when 'ended' then 'c.ended_at is not null'
      when 'running' then
        $s$c.ended_at is null and not exists (
          select from escalations e where e.conversation_id = c.id and e.status <> 'resolved')$s$
      when 'waiting' then
        $s$c.id in (select conversation_id from escalations where tenant_id = $1 and status = 'open')$s$
      when 'with_person' then
        $s$c.id in (select conversation_id from escalations where tenant_id = $1 and status = 'assigned')$s$
    end,
    case when p ? 'participant' then format(
      $s$c.id in (
        select id from text_conversations where tenant_id = $1 and participant_email = %L
        union all
        select id from text_conversations where tenant_id = $1 and participant_identifier = %L)$s$,
      p ->> 'email', p ->> 'participant'
    ) end,
    case when p ? 'rating_max' then format('d.rating <= %s', (p ->> 'rating_max')::int) end,
    case when p ->> 'thumbs' = 'down' then 'd.thumbs_down > 0' end,
    case when p ->> 'thumbs' = 'up' then 'd.thumbs_up > 0' end,
    case (p ->> 'escalated')::boolean when true then 'd.escalated' when false then 'not d.escalated' end,
    case (p ->> 'failed')::boolean when true then 'd.failed_turns > 0' when false then 'd.failed_turns = 0' end,
    case (p ->> 'went_badly')::boolean when true then 'd.went_badly' when false then 'not d.went_badly' end,
    case p ->> 'review'
      when 'due' then
        $s$c.ended_at is not null and c.purged_at is null and (d.went_badly or d.escalated or is_sampled(c.id))
          and not exists (select from session_reviews r where r.conversation_id = c.id)$s$
      when 'good' then
        $s$c.id in (select conversation_id from session_reviews where tenant_id = $1 and verdict = 'good')$s$
      when 'wrong' then
        $s$c.id in (select conversation_id from session_reviews where tenant_id = $1 and verdict = 'wrong')$s$
    end,
    case when p ? 'node' then format('d.nodes @> array[%L]', p ->> 'node') end,
    case when p ? 'cost_min' then format('coalesce(d.cost, 0) >= %s', (p ->> 'cost_min')::numeric) end
  )
  from (select case when p_digest then 'd' else 'c' end as of) t
$$;
