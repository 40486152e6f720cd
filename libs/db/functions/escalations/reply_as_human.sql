-- A reply of the operator who has the conversation. p: {operator, name, content, files: [id], idem_key,
-- idem_fingerprint, signature, mail_after_ms}; files are uploads of the team for this session that no message has
-- carried yet.
-- A repeat gets the first answer. A visitor who asked for it by mail is mailed, unless they write within mail_after_ms;
-- further replies until then are included.
create or replace function reply_as_human(p_tenant uuid, p_id uuid, p jsonb) returns json
language plpgsql as $$
declare
  h record;
  e escalations;
  c text_conversations;
  v_answer json;
  v_message uuid := gen_random_uuid();
  v_now timestamptz;
  v_name text;
  v_ids uuid[] := array(select value::uuid from jsonb_array_elements_text(coalesce(p -> 'files', '[]')));
  v_files json;
  v_found integer;
begin
  h := hold_escalation(p_tenant, p_id);
  e := h.o_row;
  c := h.o_conversation;
  v_answer := earlier_answer(p_tenant, 'human:' || p_id, p);
  if v_answer is not null then
    perform keep_answer(p_tenant, 'human:' || p_id, p::json, v_answer);
    return (v_answer::jsonb || '{"replayed": true, "events": []}')::json;
  end if;
  if e.status = 'resolved' then perform fail('escalation_resolved'); end if;
  if c.status <> 'active' then perform fail('session_ended'); end if;
  if e.status <> 'assigned' then perform fail('escalation_not_assigned'); end if;
  if e.assigned_to <> p ->> 'operator' then perform fail('escalation_assigned'); end if;
  v_name := coalesce(p ->> 'name', e.assigned_name);
  v_now := clock_timestamp();
  if cardinality(v_ids) > 0 then
    update session_files
    set keep = true
    where id = any(v_ids)
      and conversation_id = c.id
      and by_team
      and complete
      and not keep;
    get diagnostics v_found = row_count;
    if v_found <> cardinality(v_ids) then perform fail('file_not_found'); end if;
    select json_agg(file_json(f) order by o)
    into v_files
    from unnest(v_ids) with ordinality u(id, o)
    join session_files f on f.id = u.id;
  end if;
  update text_conversations
  set
    message_sequence = message_sequence + 1,
    updated_at = v_now,
    stale_through = next_seq
  where id = c.id
  returning * into c;
  insert into text_conversation_messages (
    id, conversation_id, tenant_id, sequence, turn_seq, role, content, author, author_name, files,
    created_at
  )
  values (
    v_message, c.id, c.tenant_id, c.message_sequence, c.next_seq, 'assistant', p ->> 'content', 'human', v_name,
    v_files, v_now
  );
  if e.answer_to is not null then
    insert into notices (
      tenant_id, escalation_id, kind, target, target_sealed, hint, from_sequence, next_attempt_at
    )
    select
      e.tenant_id, e.id, 'answer', 'visitor', e.answer_to ->> 'sealed', e.answer_to ->> 'hint', c.message_sequence,
      v_now + make_interval(secs => coalesce((p ->> 'mail_after_ms')::integer, 60000) / 1000.0)
    where not exists (
      select
      from notices n
      where n.escalation_id = e.id
        and n.kind = 'answer'
        and n.ended_at is null
        and n.through_sequence is null
    );
  end if;
  v_answer := json_build_object(
    'message_id', v_message, 'session_id', c.session_id, 'created_at', iso(v_now), 'replayed', false,
    'events', json_build_array(
      tell_event(
        c, 'message',
        (jsonb_build_object(
          'id', v_message, 'turn_id', c.id || '.' || c.next_seq || 'h' || c.message_sequence, 'role', 'assistant',
          'part', 0, 'content', p ->> 'content', 'sequence', c.message_sequence, 'author', 'human',
          'author_name', v_name
        ) || case when v_files is null then '{}' else jsonb_build_object('files', v_files) end)::json
      )
    )
  );
  perform keep_answer(p_tenant, 'human:' || p_id, p::json, v_answer);
  return v_answer;
end
$$;
