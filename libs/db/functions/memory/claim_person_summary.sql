-- Claims the next summary of a session's person: the oldest p_every exchanges with this agent that no summary covers,
-- over all conversations of the confirmed address. Null = fewer are left, or one of them is already claimed. Returns
-- {agent_id, agent_name, email, parts}: of each conversation {conversation_id, session_id, after, count}.
create or replace function claim_person_summary(p_tenant uuid, p_session text, p_every integer, p_claim_ms integer)
returns json
language plpgsql as $$
declare
  c text_conversations;
  v_left uuid[];
  v_parts json;
begin
  perform enter_tenant(p_tenant);
  select * into c from text_conversations
  where session_id = p_session and participant_verified and participant_email is not null;
  -- Removed content is no longer summarised.
  select array_agg(t.id) into v_left
  from text_conversations t
  left join memory_cursors m on m.conversation_id = t.id
  where t.tenant_id = c.tenant_id and t.participant_email = c.participant_email and t.agent_id = c.agent_id
    and t.participant_verified and t.purged_at is null and t.total_turns > coalesce(m.summarised_through, 0)
  having sum(t.total_turns - coalesce(m.summarised_through, 0)) >= p_every;
  if v_left is null then return null; end if;
  insert into memory_cursors (conversation_id, tenant_id, summarised_through)
  select id, c.tenant_id, 0 from unnest(v_left) as id order by id
  on conflict do nothing;
  perform from memory_cursors where conversation_id = any(v_left) order by conversation_id for update;
  with waiting as (
    select t.id, t.session_id, t.created_at, m.summarised_through as after, m.claimed_until,
      t.total_turns - m.summarised_through as count,
      sum(t.total_turns - m.summarised_through) over (order by t.created_at, t.id) as through
    from memory_cursors m
    join text_conversations t on t.id = m.conversation_id
    where m.conversation_id = any(v_left)
  ),
  parts as (
    select id, session_id, created_at, after, claimed_until, least(count, p_every - (through - count))::int as count
    from waiting
    where count > 0 and through - count < p_every
  ),
  claimed as (
    update memory_cursors
    set claimed_until = clock_timestamp() + make_interval(secs => p_claim_ms / 1000.0)
    where conversation_id in (select id from parts)
      and (select sum(count) from parts) = p_every
      and not exists (select from parts where claimed_until >= clock_timestamp())
    returning conversation_id
  )
  select json_agg(
    json_build_object('conversation_id', id, 'session_id', session_id, 'after', after, 'count', count)
    order by created_at, id
  ) into v_parts
  from parts
  join claimed on conversation_id = id;
  if v_parts is null then return null; end if;
  return json_build_object(
    'agent_id', c.agent_id, 'email', c.participant ->> 'email', 'parts', v_parts,
    'agent_name', (select name from agents where id = c.agent_id)
  );
end
$$;
