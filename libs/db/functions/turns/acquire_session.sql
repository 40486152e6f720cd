-- Takes the lease of one session: fence + 1. Null when nothing waits, the session has ended, or the lease is held. The
-- lease that the acceptance granted under the fence `granted` is taken over as it is, unless it has been extended,
-- released or taken since.
-- item as in acquire_sessions(). Returns what the turn needs; state and history only when the caller has not cached
-- them (known_seq) or a human has written since. handled_by human: the agent is silent.
create or replace function acquire_session(item jsonb) returns json
language plpgsql as $$
declare
  c text_conversations;
  v_fresh boolean;
  v_now timestamptz := clock_timestamp();
  p_granted bigint := (item ->> 'granted')::bigint;
  p_known_seq integer := (item ->> 'known_seq')::int;
  p_history integer := (item ->> 'history')::int;
begin
  update text_conversations
  set
    lease_owner = item ->> 'owner',
    fence = case when fence = p_granted and lease_owner like 'granted %' then fence else fence + 1 end,
    lease_until = v_now + make_interval(secs => (item ->> 'lease_ms')::int / 1000.0)
  where id = (item ->> 'conversation_id')::uuid
    and next_seq > done_seq
    and status = 'active'
    and (
      lease_until is null
      or lease_until < v_now
      or (fence = p_granted and lease_owner like 'granted %')
    )
  returning * into c;
  if not found then return null; end if;
  v_fresh := p_known_seq is not null
    and p_known_seq = c.done_seq
    and (c.stale_through is null or c.stale_through < c.done_seq);
  return json_build_object(
    'conversation_id', c.id, 'fence', c.fence, 'tries', c.fence - c.committed_fence, 'done_seq', c.done_seq,
    'agent_id', c.agent_id, 'agent_version', c.agent_version, 'link_policy', c.link_policy,
    'participant', c.participant, 'participant_verified', c.participant_verified, 'messages_used', c.messages_used,
    'max_messages', c.max_messages, 'seconds_in_node', extract(epoch from clock_timestamp() - c.node_entered_at),
    'handled_by', c.handled_by, 'escalation', case
      -- a lookup that an ordinary turn does not need
      when c.handled_by = 'human' then (
        select json_build_object(
          'status', case e.status when 'open' then 'waiting' else e.status end,
          'since', iso(coalesce(e.assigned_at, e.created_at)), 'assigned_name', e.assigned_name, 'reason', e.reason
        )
        from escalations e
        where e.conversation_id = c.id and e.status <> 'resolved'
      )
    end, 'handover_summary', c.handover_summary,
    'page_context', c.page_context, 'has_timer', c.timer_due_at is not null,
    'known', v_fresh, 'state', case when not v_fresh then c.state end,
    'history', case when not v_fresh then recent_history(c.id, c.created_at, p_history) end,
    'turns', pending_turns(c.id, c.done_seq)
  );
end
$$;
