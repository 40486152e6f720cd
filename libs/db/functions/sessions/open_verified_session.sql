-- Like open_verified_conversation(), for an address that the agent's policy admits, with consent_hash.
create or replace function open_verified_session(p json) returns json
language plpgsql as $$
declare
  v_opened json;
  v_code text;
begin
  perform enter_tenant((p ->> 'tenant_id')::uuid);
  v_code := entry_refusal((p -> 'link' ->> 'id')::uuid, true, p ->> 'participant_hash');
  if v_code is not null then perform fail(v_code); end if;
  v_opened := open_verified_conversation(p);
  if p ->> 'consent_hash' is not null then
    update temporary_chat_sessions
    set consent_at = clock_timestamp(), consent_hash = p ->> 'consent_hash'
    where id = (p -> 'link' ->> 'token_row_id')::uuid;
  end if;
  return v_opened;
end
$$;
