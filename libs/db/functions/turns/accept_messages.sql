-- Accepts messages of many sessions in one statement (group commit). Each item has its own outcome; none can affect
-- another. The first message of a session counts the session against its link (count_session).
-- items: [{i, access, content, client_message_id, idem_key, idem_fingerprint, signature, reply_to, files: [id]}];
-- files are uploads of this session that no message has carried yet.
-- Refuses: session over, link unavailable, budget used up, message quota used up, 11 turns waiting.
-- Returns {i, replayed, turn, session_id, conversation_id, tenant_id, messages_used, max_messages, expires_at, event}
-- or {i, error: code}. A repeat (client_message_id, idem_key or signature) gets the first answer, without event.
-- Cost: rows are locked in the order of their ids; the hot path of every message.
create or replace function accept_messages(items jsonb) returns setof json
language plpgsql as $$
declare
  r record;
  item jsonb;
  v_tenant uuid;
  v_id uuid;
  v_code text;
  c text_conversations;
  t session_turns;
  v_time timestamptz;
  v_payload json;
  v_files json;
  v_ids uuid[];
  v_found integer;
  v_first jsonb := '[]';
begin
  -- Accept and commit lock many conversations each; the common order (conversation id) prevents deadlocks. First
  -- messages, which lock their link as well, follow once all conversations are locked, in the order of the links.
  for v_round in 1 .. 2 loop
    for r in
      select value as item, a.*
      from jsonb_array_elements(
        case v_round when 1 then items else v_first end
      ), lateral try_access(value -> 'access') a
      order by value ->> 'link', a.o_id, (value ->> 'i')::int
    loop
      item := r.item;
      v_id := r.o_id;
      v_tenant := r.o_tenant;
      if r.o_error is not null then
        return next json_build_object('i', item -> 'i', 'error', r.o_error);
        continue;
      end if;
      perform enter_tenant(v_tenant);
      select * into c
      from text_conversations
      where id = v_id
      for no key update;

      select * into t
      from session_turns
      where conversation_id = v_id
        and client_message_id = item ->> 'client_message_id';
      v_code := case when found and t.content is distinct from item ->> 'content' then 'idempotency_key_reused' end;
      if not found then
        select * into t
        from session_turns
        where conversation_id = v_id and idem_key = item ->> 'idem_key';
        v_code := case
          when found and t.idem_fingerprint is distinct from item ->> 'idem_fingerprint' then 'idempotency_key_reused'
        end;
      end if;
      if v_code is not null then
        return next json_build_object('i', item -> 'i', 'error', v_code);
        continue;
      end if;
      if not found then
        select * into t
        from session_turns
        where conversation_id = v_id and signature = item ->> 'signature';
      end if;
      if found then
        return next json_build_object(
          'i', item -> 'i', 'replayed', true, 'turn', turn_state(t), 'session_id', c.session_id,
          'conversation_id', c.id, 'tenant_id', v_tenant, 'messages_used', c.messages_used,
          'max_messages', c.max_messages, 'expires_at', iso(c.expires_at)
        );
        continue;
      end if;

      if v_round = 1 and not c.counted then
        v_first := v_first || (item || jsonb_build_object('link', c.link_id));
        continue;
      end if;

      v_time := clock_timestamp();
      v_code := case
        when session_refusal(c, v_time) is not null then session_refusal(c, v_time)
        when c.link_id is not null
          and not exists (
            select
            from temporary_chat_links l
            where l.id = c.link_id
              and l.is_active
              and l.deleted_at is null
              and (l.expires_at is null or l.expires_at > v_time)
          )
          then 'link_unavailable'
        when c.link_id is not null and budget_spent(c.link_id) then 'budget_exhausted'
        when c.messages_used >= c.max_messages then 'messages_exhausted'
        when c.next_seq - c.done_seq >= 11 then 'too_many_pending'
      end;
      if v_code is not null then
        return next json_build_object('i', item -> 'i', 'error', v_code);
        continue;
      end if;

      v_files := null;
      if item -> 'files' <> '[]' then
        select array_agg(value::uuid) into v_ids from jsonb_array_elements_text(item -> 'files');
        -- Each file is sent once, by the conversation that uploaded it.
        update session_files
        set turn_seq = c.next_seq + 1
        where id = any(v_ids)
          and conversation_id = v_id
          and turn_seq is null
          and complete;
        get diagnostics v_found = row_count;
        if v_found <> cardinality(v_ids) then
          update session_files
          set turn_seq = null
          where id = any(v_ids)
            and conversation_id = v_id
            and turn_seq = c.next_seq + 1;
          return next json_build_object('i', item -> 'i', 'error', 'file_not_found');
          continue;
        end if;
        select json_agg(
          json_build_object('id', f.id, 'name', f.name, 'media_type', f.media_type, 'bytes', f.bytes) order by o
        )
        into v_files
        from unnest(v_ids) with ordinality u(id, o)
        join session_files f on f.id = u.id;
      end if;

      -- Only the number of sessions can refuse it now. It has no files: an upload would have counted the session.
      if not c.counted and not count_session(c) then
        return next json_build_object('i', item -> 'i', 'error', 'sessions_exhausted');
        continue;
      end if;
      update text_conversations
      set
        next_seq = next_seq + 1,
        messages_used = messages_used + 1,
        event_offset = event_offset + 1,
        updated_at = v_time
      where id = v_id
      returning * into c;
      insert into session_turns (
        conversation_id, seq, tenant_id, kind, content, client_message_id, idem_key, idem_fingerprint, signature,
        reply_to, files, created_at
      )
      values (
        v_id, c.next_seq, v_tenant, 'message', item ->> 'content', item ->> 'client_message_id', item ->> 'idem_key',
        item ->> 'idem_fingerprint', item ->> 'signature', item ->> 'reply_to', v_files, v_time
      )
      returning * into t;
      v_payload := json_build_object(
        'turn_id', v_id || '.' || t.seq, 'role', 'user', 'content', t.content,
        'client_message_id', t.client_message_id
      );
      if v_files is not null then
        v_payload := (v_payload::jsonb || jsonb_build_object('files', v_files))::json;
      end if;
      insert into session_events (conversation_id, event_offset, tenant_id, type, payload, created_at)
      values (v_id, c.event_offset, v_tenant, 'message', v_payload, v_time);
      return next json_build_object(
        'i', item -> 'i', 'replayed', false, 'turn', turn_state(t), 'session_id', c.session_id,
        'conversation_id', c.id, 'tenant_id', v_tenant, 'messages_used', c.messages_used,
        'max_messages', c.max_messages, 'expires_at', iso(c.expires_at),
        'event', json_build_object(
          'offset', c.event_offset, 'type', 'message', 'payload', v_payload, 'created_at', iso(v_time)
        )
      );
    end loop;
    exit when v_first = '[]';
  end loop;
end
$$;

select keep_index_plans('accept_messages');
