-- People with a confirmed address who have at least p_every exchanges with one agent in no summary, over all their
-- conversations with it, the last of them within seven days: one session of each. Claimed ones are left out.
-- Cost: one look-up for each session that runs or ended within seven days, and the conversations of people with an
-- uncovered exchange in one of these: a summary takes the oldest first. Other joins read whole tables.
create or replace function memory_due(p_every integer, p_limit integer)
returns table (tenant_id uuid, session_id text)
language sql stable security definer set search_path = public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off as $$
  with recent as (
    select distinct c.tenant_id, c.agent_id, c.participant_email
    from text_conversations c
    left join memory_cursors m on m.conversation_id = c.id
    where c.participant_verified
      and c.purged_at is null
      and c.participant_email is not null
      and coalesce(c.ended_at, timestamptz 'infinity') > now() - interval '7 days'
      and c.total_turns > coalesce(m.summarised_through, 0)
  )
  select c.tenant_id, max(c.session_id)
  from recent r
  join text_conversations c
    on c.tenant_id = r.tenant_id and c.participant_email = r.participant_email and c.agent_id = r.agent_id
  left join memory_cursors m on m.conversation_id = c.id
  where c.participant_verified
    and c.purged_at is null
    and c.total_turns > coalesce(m.summarised_through, 0)
  group by c.tenant_id, c.agent_id, c.participant_email
  having sum(c.total_turns - coalesce(m.summarised_through, 0)) >= p_every
    and max(c.updated_at) > clock_timestamp() - interval '7 days'
    and coalesce(max(m.claimed_until) < clock_timestamp(), true)
  limit p_limit
$$;

select run_across_tenants('memory_due');
