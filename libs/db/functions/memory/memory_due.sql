-- Conversations with a confirmed address whose completed exchanges are p_every or more ahead of their memory, claimed
-- ones left out, of the last seven days.
create or replace function memory_due(p_every integer, p_limit integer)
returns table (tenant_id uuid, session_id text)
language sql stable security definer set search_path = public, pg_temp as $$
  select c.tenant_id, c.session_id
  from text_conversations c
  left join memory_cursors m on m.conversation_id = c.id
  where c.participant_verified
    and c.participant ? 'email'
    and c.total_turns - coalesce(m.summarised_through, 0) >= p_every
    and (m.claimed_until is null or m.claimed_until < clock_timestamp())
    and c.updated_at > clock_timestamp() - interval '7 days'
  limit p_limit
$$;

select run_across_tenants('memory_due');
