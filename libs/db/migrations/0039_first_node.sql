-- A session that ends before its opening turn was committed has been nowhere: it stood where its workflow begins. Looked up only then,
-- because a document is long and an opening is on the hot path.
create function first_node(p_agent uuid, p_version integer, out id text, out name text) language sql stable as $$
  select v.document #>> '{workflow,initial_node}',
         (select n ->> 'name' from json_array_elements(v.document #> '{workflow,nodes}') n
           where n ->> 'id' = v.document #>> '{workflow,initial_node}' limit 1)
    from agent_versions v where v.agent_id = p_agent and v.version = p_version
$$;

-- As before, and the place of a session that was never opened.
create or replace function close_conversation(p_id uuid, p_status text, p_reason text) returns boolean language plpgsql as $$
declare c text_conversations; e escalations;
begin
  update text_conversations set status = p_status, end_reason = p_reason, ended_at = clock_timestamp(), updated_at = clock_timestamp(),
         done_seq = next_seq, fence = fence + 1, lease_until = null, lease_owner = null, timer_due_at = null
   where id = p_id and status = 'active' returning * into c;
  if not found then return false; end if;
  if c.node_id = '' then
    update text_conversations set node_id = coalesce(f.id, ''), node_name = f.name from first_node(c.agent_id, c.agent_version) f where text_conversations.id = p_id;
  end if;
  update session_turns set status = 'failed', error_code = 'session_ended', done_at = clock_timestamp() where conversation_id = p_id and status = 'pending';
  update temporary_chat_sessions set ended_at = clock_timestamp() where conversation_id = p_id and ended_at is null;
  update escalations set status = 'resolved', outcome = 'session_ended', resolved_at = date_trunc('milliseconds', clock_timestamp()), updated_at = clock_timestamp()
   where conversation_id = p_id and status <> 'resolved' returning * into e;
  if found then perform escalation_fact(e, 'escalation_resolved'); end if;
  perform append_event(p_id, c.tenant_id, 'session_ended', json_build_object('reason', p_reason, 'status', p_status));
  insert into outbox (tenant_id, subject, key, payload)
  values (c.tenant_id, 'sessions.v1.event.ended', c.session_id,
          jsonb_build_object('tenantId', c.tenant_id, 'sessionId', c.session_id, 'conversationId', c.id, 'reason', p_reason));
  return true;
end $$;

-- As before, with the place that a session had when it ended.
create or replace function end_session(p_access jsonb, p json) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access); c text_conversations; k idempotency_keys; v_answer json; v_key text;
begin
  select * into c from text_conversations where id = v_id for no key update;
  foreach v_key in array array_remove(array['sig:' || (p ->> 'signature'), 'key:' || (p ->> 'idem_key')], null) loop
    insert into idempotency_keys (tenant_id, scope, key, fingerprint)
    values (c.tenant_id, 'end:' || v_id, v_key, coalesce(p ->> 'idem_fingerprint', '')) on conflict do nothing;
    if not found then
      select * into k from idempotency_keys where tenant_id = c.tenant_id and scope = 'end:' || v_id and key = v_key;
      if v_key like 'key:%' and k.fingerprint is distinct from p ->> 'idem_fingerprint' then perform fail('idempotency_key_reused'); end if;
      v_answer := k.response;
    end if;
  end loop;
  if v_answer is not null then
    perform keep_answer(c.tenant_id, 'end:' || v_id, p, v_answer);
    return (v_answer::jsonb || '{"replayed": true}')::json;
  end if;
  if not close_conversation(v_id, p ->> 'status', p ->> 'reason') then perform fail('session_ended'); end if;
  select * into c from text_conversations where id = v_id;
  v_answer := json_build_object('success', true, 'conversation_id', v_id, 'final_node_id', c.node_id, 'final_node_name', c.node_name,
    'total_turns', c.total_turns, 'total_transitions', c.total_transitions, 'replayed', false);
  perform keep_answer(c.tenant_id, 'end:' || v_id, p, v_answer);
  return v_answer;
end $$;
