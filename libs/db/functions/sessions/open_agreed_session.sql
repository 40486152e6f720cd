-- Opens a session and stores what its visitor agreed to. p as in open_session(), with consent_hash and
-- link.token_sealed. A repeat with the caller's key gets the token of the first answer instead of another one:
-- session_token_sealed. The token is stored sealed beside the key and is deleted with it, after 24 hours.
create or replace function open_agreed_session(p json) returns json
language plpgsql as $$
declare
  v_opened json := open_session(p);
  v_row uuid := (p -> 'link' ->> 'token_row_id')::uuid;
  v_key text := 'key:' || (p ->> 'idem_key');
  v_sealed text;
begin
  if v_key is not null and v_row is not null then
    if (v_opened ->> 'replayed')::boolean then
      select response ->> 'token_sealed' into v_sealed
      from idempotency_keys
      where tenant_id = (p ->> 'tenant_id')::uuid
        and scope = 'session'
        and key = v_key;
      if v_sealed is not null then
        delete from temporary_chat_sessions where id = v_row;
        return (v_opened::jsonb || jsonb_build_object('session_token_sealed', v_sealed))::json;
      end if;
    else
      update idempotency_keys
      set response = json_build_object('id', response ->> 'id', 'token_sealed', p -> 'link' ->> 'token_sealed')
      where tenant_id = (p ->> 'tenant_id')::uuid
        and scope = 'session'
        and key = v_key;
    end if;
  end if;
  if p ->> 'consent_hash' is not null then
    update temporary_chat_sessions
    set consent_at = coalesce(consent_at, clock_timestamp()), consent_hash = p ->> 'consent_hash'
    where id = v_row;
  end if;
  return v_opened;
end
$$;
