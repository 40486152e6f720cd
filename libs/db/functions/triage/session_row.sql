-- A session as a row of a list: session_json() with its first words, participant, agent, outcome and state. The numbers
-- are those of its digest unless it changed since.
create or replace function session_row(c text_conversations) returns jsonb
language sql stable as $$
  with digest as (
    select d.*
    from session_digests d
    where d.conversation_id = c.id
      and d.event_offset = c.event_offset
      and not exists (select from analytics_due x where x.conversation_id = c.id)
  )
  select session_json(c)::jsonb
    || jsonb_build_object(
      'title', first_words(c.id),
      'person', coalesce(
        nullif(c.participant ->> 'name', ''), c.participant ->> 'email', c.participant ->> 'identifier'
      ),
      'agent_name', (select a.name from agents a where a.id = c.agent_id),
      'link_title', (select l.title from temporary_chat_links l where l.id = c.link_id),
      'state', case
        when c.ended_at is not null then 'ended'
        else coalesce(
          (
            select case e.status when 'open' then 'waiting' else 'with_person' end
            from escalations e
            where e.conversation_id = c.id and e.status <> 'resolved'
          ),
          'running'
        )
      end,
      'last_activity_at', iso(d.last_activity_at), 'cost', d.cost, 'rating', d.rating, 'thumbs_up', d.thumbs_up,
      'thumbs_down', d.thumbs_down, 'failed_turns', d.failed_turns, 'escalated', d.escalated,
      'went_badly', d.went_badly, 'sampled', is_sampled(c.id),
      'review', (select r.verdict from session_reviews r where r.conversation_id = c.id)
    )
  from (
    select * from digest
    union all
    select fresh.*
    from digest_sessions(case when not exists (select from digest) then array[c.id] end, '{}') fresh
  ) d
$$;
