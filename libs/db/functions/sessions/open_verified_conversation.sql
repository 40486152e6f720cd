-- Opens the one conversation of a confirmed address on a link: the live one whatever the device, with a new token and
-- without using quota, or else a new one. p as in open_session(), with participant_hash and token_hours.
create or replace function open_verified_conversation(p json) returns json
language plpgsql as $$
declare
  v_tenant uuid := (p ->> 'tenant_id')::uuid;
  v_link uuid := (p -> 'link' ->> 'id')::uuid;
  v_hash text := p ->> 'participant_hash';
  c text_conversations;
  t session_turns;
  v_opened json;
  v_expires timestamptz;
begin
  perform enter_tenant(v_tenant);
  -- Two devices that confirm at the same moment open one conversation.
  perform pg_advisory_xact_lock(hashtextextended(v_link || ':' || v_hash, 0));
  v_expires := clock_timestamp() + make_interval(hours => (p ->> 'token_hours')::int);
  select * into c
  from text_conversations
  where link_id = v_link and participant_hash = v_hash and ended_at is null
  for no key update;
  if session_over_at(c) <= clock_timestamp() then
    perform close_overdue_session(c);
    c := null;
  end if;
  if c.id is null then
    v_opened := open_session(p);
    update text_conversations
    set participant_hash = v_hash
    where id = (v_opened -> 'session' ->> 'conversation_id')::uuid;
    update temporary_chat_sessions
    set expires_at = v_expires
    where id = (p -> 'link' ->> 'token_row_id')::uuid;
    return (v_opened::jsonb || jsonb_build_object('token_expires_at', iso(v_expires)))::json;
  end if;
  if not exists (select from temporary_chat_links where id = v_link and is_active and deleted_at is null) then
    perform fail('link_unavailable');
  end if;
  insert into temporary_chat_sessions (id, tenant_id, link_id, conversation_id, token_id, token_hash, expires_at)
  values (
    (p -> 'link' ->> 'token_row_id')::uuid, v_tenant, v_link, c.id, p -> 'link' ->> 'token_id',
    decode(p -> 'link' ->> 'token_hash', 'hex'), v_expires
  );
  select * into t from session_turns where conversation_id = c.id and seq = 1;
  return json_build_object(
    'session', session_json(c), 'turn', turn_state(t), 'replayed', true, 'is_active_version', c.is_active_version,
    'token_expires_at', iso(v_expires)
  );
end
$$;
