-- Ends a conversation: status, purge time, waiting turns refused, tokens ended, open escalation resolved, timer
-- dropped, the last event, the fact, the job of its analysis, its numbers. The caller is in the tenant. True = this
-- call ended it; the guard on `status` makes it happen once. Raising the fence discards the reply of a turn that is
-- still running. A session whose opening was never committed gets the initial node of its workflow.
create or replace function close_conversation(p_id uuid, p_status text, p_reason text)
returns boolean
language plpgsql as $$
declare
  c text_conversations;
  e escalations;
  v_now timestamptz := clock_timestamp();
begin
  update text_conversations
  set
    status = p_status,
    end_reason = p_reason,
    ended_at = v_now,
    updated_at = v_now,
    purge_at = (
      select own_purge_time(l.deleted_at, l.retention_days, v_now) from temporary_chat_links l where l.id = link_id
    ),
    done_seq = next_seq,
    fence = fence + 1,
    lease_until = null,
    lease_owner = null,
    timer_due_at = null
  where id = p_id and status = 'active'
  returning * into c;
  if not found then return false; end if;
  if c.node_id = '' then
    update text_conversations
    set node_id = coalesce(f.id, ''), node_name = f.name
    from first_node(c.agent_id, c.agent_version) f
    where text_conversations.id = p_id;
  end if;
  with refused as (
    update session_turns
    set status = 'failed', error_code = 'session_ended', done_at = clock_timestamp()
    where conversation_id = p_id and status = 'pending'
    returning seq, files
  )
  -- An unanswered message keeps its files.
  update session_files
  set turn_seq = null, keep = true
  from refused
  where conversation_id = p_id
    and turn_seq = refused.seq
    and refused.files is not null;
  update temporary_chat_sessions
  set ended_at = clock_timestamp()
  where conversation_id = p_id and ended_at is null;
  update escalations
  set
    status = 'resolved',
    outcome = 'session_ended',
    resolved_at = date_trunc('milliseconds', clock_timestamp()),
    updated_at = clock_timestamp()
  where conversation_id = p_id and status <> 'resolved'
  returning * into e;
  if found then perform escalation_fact(e, 'sessions.v1.event.escalation_resolved'); end if;
  perform append_event(p_id, c.tenant_id, 'session_ended', json_build_object('reason', p_reason, 'status', p_status));
  perform emit_fact(
    c.tenant_id, 'sessions.v1.event.ended', c.session_id,
    jsonb_build_object('tenantId', c.tenant_id, 'sessionId', c.session_id, 'conversationId', c.id, 'reason', p_reason)
  );
  perform ask_for_analysis(c);
  perform note_analytics(c.tenant_id, c.id);
  return true;
end
$$;
