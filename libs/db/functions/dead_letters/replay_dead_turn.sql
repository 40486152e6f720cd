-- Replays a given-up turn as a new turn at the end of its session: a message takes the path of every message, with its
-- quota, its order and its refusals. Idempotent by state: while a replay waits, and once it was answered, that one is
-- returned; a failed one may be repeated. A timeout or a hand-back belongs to its moment: it is replayed only while
-- nothing has happened since. p: {by}
create or replace function replay_dead_turn(p_tenant uuid, p_conversation uuid, p_seq integer, p jsonb)
returns jsonb
language plpgsql as $$
declare
  c text_conversations;
  d dead_turns;
  t session_turns;
  r session_turns;
  a jsonb;
  v_now timestamptz;
  v_next integer;
  v_events jsonb := '[]';
begin
  perform enter_tenant(p_tenant);
  -- The conversation first, as everywhere, to avoid deadlocks.
  select * into c
  from text_conversations
  where id = p_conversation
  for no key update;
  if not found then perform fail('dead_letter_not_found'); end if;
  select * into d
  from dead_turns
  where conversation_id = c.id and seq = p_seq;
  if not found then perform fail('dead_letter_not_found'); end if;
  select * into r
  from session_turns
  where conversation_id = c.id and seq = d.replay_seq;
  if r.status = 'done' or (r.status = 'pending' and c.status = 'active') then
    return jsonb_build_object('dead', dead_turn_json(d), 'repeated', true, 'seq', r.seq, 'events', v_events);
  end if;
  select * into t
  from session_turns
  where conversation_id = c.id and seq = p_seq;
  if t.kind = 'open' then perform fail('session_ended'); end if;
  if t.kind = 'message' then
    select x::jsonb into a
    from accept_messages(
      jsonb_build_array(
        jsonb_build_object(
          'i', 0, 'content', t.content,
          'access', jsonb_build_object('tenant_id', p_tenant, 'session_id', c.session_id),
          'files', (select coalesce(jsonb_agg(f -> 'id'), '[]') from json_array_elements(t.files) f)
        )
      )
    ) x;
    if a ->> 'error' is not null then perform fail(a ->> 'error'); end if;
    v_next := (a -> 'turn' ->> 'seq')::int;
    v_events := jsonb_build_array(a -> 'event');
  else
    v_now := clock_timestamp();
    if session_refusal(c, v_now) is not null then perform fail(session_refusal(c, v_now)); end if;
    if c.next_seq <> p_seq and c.next_seq is distinct from d.replay_seq then
      perform fail('turn_overtaken');
    end if;
    update text_conversations
    set next_seq = next_seq + 1
    where id = c.id
    returning next_seq into v_next;
    insert into session_turns (conversation_id, seq, tenant_id, kind, content)
    values (c.id, v_next, c.tenant_id, t.kind, t.content);
  end if;
  update dead_turns
  set
    replay_seq = v_next,
    replays = replays + 1,
    replayed_at = clock_timestamp(),
    replayed_by = p ->> 'by'
  where conversation_id = c.id and seq = p_seq
  returning * into d;
  return jsonb_build_object('dead', dead_turn_json(d), 'repeated', false, 'seq', v_next, 'events', v_events);
end
$$;
