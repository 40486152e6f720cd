-- A session as contracts' sessionView.
create function session_json(c text_conversations) returns json language sql stable as $$
  select json_build_object(
    'session_id', c.session_id, 'conversation_id', c.id, 'status', c.status, 'node_id', c.node_id, 'node_name', c.node_name,
    'turns', c.total_turns, 'transition_count', c.total_transitions, 'collected_data', c.collected_data,
    'created_at', iso(c.created_at), 'updated_at', iso(c.updated_at), 'ended_at', iso(c.ended_at), 'end_reason', c.end_reason,
    'expires_at', iso(c.expires_at), 'remaining_messages', c.max_messages - c.messages_used, 'message_count', c.messages_used,
    'agent_config_version', c.agent_version, 'metadata', c.metadata, 'tenant_id', c.tenant_id, 'agent_id', c.agent_id, 'link_id', c.link_id,
    'last_event_offset', c.event_offset, 'epoch', c.epoch)
$$;

create function get_session(p_access jsonb) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access);
begin
  return (select session_json(c) from text_conversations c where id = v_id);
end $$;

create function get_turn(p_access jsonb, p_seq integer) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access);
begin
  return (select turn_state(t) from session_turns t where conversation_id = v_id and seq = p_seq);
end $$;

-- Newest p_limit messages before sequence p_before (null = the newest), oldest first; then, on the newest page, what still waits for its turn.
create function read_history(p_access jsonb, p_limit integer, p_before integer) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access); v_since timestamptz; v_page json; v_first integer; v_pending json := '[]';
begin
  select created_at into v_since from text_conversations where id = v_id;
  select coalesce(json_agg(json_build_object('id', id, 'sequence', sequence, 'turn_id', v_id || '.' || turn_seq, 'role', role, 'content', content,
           'node_id', node_id, 'node_name', node_name, 'client_message_id', client_message_id, 'status', status, 'created_at', iso(created_at))
           order by sequence), '[]'), min(sequence)
    into v_page, v_first
    from (select * from text_conversation_messages where conversation_id = v_id and created_at >= v_since and (p_before is null or sequence < p_before)
           order by sequence desc limit p_limit) m;
  if p_before is null then
    select coalesce(json_agg(json_build_object('id', v_id || '.' || seq, 'sequence', 0, 'turn_id', v_id || '.' || seq, 'role', 'user', 'content', content,
             'node_id', null, 'node_name', null, 'client_message_id', client_message_id, 'status', 'pending', 'created_at', iso(created_at)) order by seq), '[]')
      into v_pending from session_turns where conversation_id = v_id and status = 'pending' and kind = 'message';
  end if;
  return json_build_object('data', v_page, 'pending', v_pending, 'first', v_first);
end $$;

create function read_events(p_access jsonb, p_after integer, p_limit integer) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access); c text_conversations;
begin
  select * into c from text_conversations where id = v_id;
  return json_build_object('sessionId', c.session_id, 'epoch', c.epoch, 'head', c.event_offset, 'status', c.status, 'events',
    (select coalesce(json_agg(json_build_object('offset', event_offset, 'type', type, 'payload', payload, 'created_at', iso(created_at)) order by event_offset), '[]')
       from (select * from session_events where conversation_id = v_id and created_at >= c.created_at and event_offset > p_after
              order by event_offset limit p_limit) e));
end $$;

-- Newest offsets of open streams, whose access was checked when they were opened: looks across tenants, returns no content.
create function session_heads(p_sessions text[]) returns table (session_id text, head integer, status text)
language sql stable security definer set search_path = public as
$$ select session_id, event_offset, status from text_conversations where session_id = any(p_sessions) $$;
alter function session_heads(text[]) owner to parley_jobs;

-- p: {status, reason, idem_key, idem_fingerprint, signature}
create function end_session(p_access jsonb, p json) returns json language plpgsql as $$
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
  v_answer := json_build_object('success', true, 'conversation_id', v_id, 'final_node_id', c.node_id, 'final_node_name', c.node_name,
    'total_turns', c.total_turns, 'total_transitions', c.total_transitions, 'replayed', false);
  perform keep_answer(c.tenant_id, 'end:' || v_id, p, v_answer);
  return v_answer;
end $$;
