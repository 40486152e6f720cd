-- A new conversation for an address that was confirmed before: the token of the last one is the proof while it lives.
-- The new token ends when the old one does, so that a code never opens more than its 24 hours.
-- p as in open_verified_session(), without the address, with consent_hash (agreed to now, or null) and consent_wanted
-- (of the link's text, or null): consent given with the earlier token holds while the text is the same; a changed text
-- needs new consent.
-- p_left: only after the visitor ended the last conversation; one that ended by itself stays ended.
create or replace function continue_verified_session(p_access jsonb, p json, p_left boolean)
returns json
language plpgsql as $$
declare
  v_id uuid := resolve_access(p_access);
  c text_conversations;
  v_old temporary_chat_sessions;
  v_opened json;
begin
  select * into c from text_conversations where id = v_id;
  if c.participant_hash is null or not c.participant_verified then
    perform fail('verification_required');
  end if;
  if p_left and c.end_reason is distinct from 'visitor' then
    perform fail(case when c.end_reason = 'expired' then 'session_expired' else 'session_ended' end);
  end if;
  select * into v_old
  from temporary_chat_sessions
  where token_id = p_access ->> 'token_id';
  if p ->> 'consent_hash' is null
    and v_old.consent_hash is distinct from p ->> 'consent_wanted'
    and p ->> 'consent_wanted' is not null
  then
    perform fail('consent_required');
  end if;
  v_opened := open_verified_session(
    (p::jsonb || jsonb_build_object('participant', c.participant, 'participant_hash', c.participant_hash))::json
  );
  update temporary_chat_sessions
  set
    expires_at = v_old.expires_at,
    consent_at = coalesce(consent_at, v_old.consent_at),
    consent_hash = coalesce(consent_hash, v_old.consent_hash)
  where id = (p -> 'link' ->> 'token_row_id')::uuid;
  return (v_opened::jsonb || jsonb_build_object('token_expires_at', iso(v_old.expires_at)))::json;
end
$$;
