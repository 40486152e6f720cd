-- Claims due notices for p_hold_ms. Obsolete ones are cancelled: an escalation that is not open any more, an answer
-- after which its visitor has written again.
-- Returns what the notice says; words only of an answer. For a crossing: alert_notice().
create or replace function claim_notices(p_limit integer, p_hold_ms integer) returns setof json
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_now timestamptz := clock_timestamp();
  n notices;
  e escalations;
  c text_conversations;
begin
  for n in
    select *
    from notices
    where ended_at is null
      and next_attempt_at <= v_now
      and (claimed_until is null or claimed_until < v_now)
    order by next_attempt_at
    limit p_limit
    for no key update skip locked
  loop
    if n.firing_id is not null then
      update notices
      set attempts = attempts + 1, claimed_until = v_now + make_interval(secs => p_hold_ms / 1000.0)
      where id = n.id
      returning * into n;
      return next alert_notice(n);
      continue;
    end if;
    select * into e from escalations where id = n.escalation_id;
    select * into c from text_conversations where id = e.conversation_id;
    if (n.kind <> 'answer' and e.status <> 'open')
      or c.purged_at is not null
      or (
        n.kind = 'answer'
        and n.attempts = 0
        and exists (
          select
          from session_turns t
          where t.conversation_id = c.id
            and t.kind = 'message'
            and t.created_at > n.created_at
        )
      )
    then
      update notices
      set status = 'cancelled', ended_at = v_now
      where id = n.id;
      continue;
    end if;
    update notices
    set
      attempts = attempts + 1,
      claimed_until = v_now + make_interval(secs => p_hold_ms / 1000.0),
      through_sequence = coalesce(through_sequence, c.message_sequence)
    where id = n.id
    returning * into n;
    return next json_build_object(
      'about', 'escalation', 'id', n.id, 'tenant_id', n.tenant_id, 'kind', n.kind, 'push_id', n.push_id,
      'target_sealed', n.target_sealed, 'attempt', n.attempts, 'escalation_id', e.id, 'agent_id', c.agent_id,
      'agent_name', (
        select a.name from agents a where a.id = c.agent_id
      ),
      'reason', e.reason, 'source', e.source, 'created_at', iso(e.created_at),
      'language', e.answer_to ->> 'language',
      'words', case
        when n.kind = 'answer' then (
          select string_agg(m.content, E'\n\n' order by m.sequence)
          from text_conversation_messages m
          where m.conversation_id = c.id
            and m.created_at >= c.created_at
            and m.author = 'human'
            and m.sequence between n.from_sequence and n.through_sequence
        )
      end
    );
  end loop;
end
$$;

select run_across_tenants('claim_notices');
