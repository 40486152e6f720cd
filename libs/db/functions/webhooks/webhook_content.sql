-- What a payload includes beside its facts, read when it is sent: the words of a turn, the transcript, the latency of
-- the turns, the analysis, an escalation.
create or replace function webhook_content(
  p_tenant uuid, p_conversation uuid, p_turn_seq integer, p_transcript boolean, p_latency boolean, p_analysis boolean,
  p_escalation uuid
)
returns jsonb
language plpgsql as $$
declare
  v jsonb := '{}';
  v_since timestamptz;
begin
  perform enter_tenant(p_tenant);
  select created_at into v_since
  from text_conversations
  where id = p_conversation;
  if p_turn_seq is not null then
    select v
      || jsonb_build_object(
        'message', jsonb_build_object(
          'content', t.content, 'client_message_id', t.client_message_id, 'created_at', iso(t.created_at)
        ),
        'response', t.result ->> 'response', 'messages', (t.result -> 'messages')::jsonb,
        'node_id', t.result ->> 'node_id', 'turn_number', (t.result -> 'turn_number')::jsonb,
        'extracted_variables', (t.result -> 'extracted_variables')::jsonb,
        'session_ended', (t.result -> 'session_ended')::jsonb, 'completed_at', iso(t.done_at)
      )
    into v
    from session_turns t
    where t.conversation_id = p_conversation and t.seq = p_turn_seq;
  end if;
  if p_transcript then
    -- Only the newest thousand messages, to limit what a receiver must take.
    select v
      || jsonb_build_object(
        'transcript', coalesce(
          jsonb_agg(
            jsonb_build_object(
              'role', m.role, 'content', m.content, 'node_id', m.node_id, 'author', m.author,
              'author_name', m.author_name, 'status', m.status, 'created_at', iso(m.created_at)
            ) order by m.sequence
          ),
          '[]'
        )
      )
    into v
    from (
      select *
      from text_conversation_messages
      where conversation_id = p_conversation and created_at >= v_since
      order by sequence desc
      limit 1000
    ) m;
  end if;
  if p_latency then
    select v
      || jsonb_build_object(
        'latency', jsonb_build_object(
          'turns', count(*), 'average_ms', round(avg(ms)), 'max_ms', max(ms),
          'p50_ms', percentile_disc(0.5) within group (order by ms),
          'p95_ms', percentile_disc(0.95) within group (order by ms)
        )
      )
    into v
    from (
      select (result ->> 'latency_ms')::numeric as ms
      from session_turns
      where conversation_id = p_conversation
        and status = 'done'
        and kind = 'message'
    ) t
    where ms is not null;
  end if;
  if p_analysis then
    v := v || jsonb_build_object('analysis', session_analysis(p_conversation));
  end if;
  if p_escalation is not null then
    select v
      || jsonb_build_object(
        'escalation', jsonb_build_object(
          'reason', e.reason, 'metadata', e.metadata, 'summary', e.summary, 'assigned_name', e.assigned_name,
          'created_at', iso(e.created_at), 'assigned_at', iso(e.assigned_at), 'resolved_at', iso(e.resolved_at),
          'requests', e.requests
        )
      )
    into v
    from escalations e
    where e.id = p_escalation
      and e.conversation_id = p_conversation;
  end if;
  return coalesce(v, '{}');
end
$$;
