-- Who may access which conversation. p_access is {tenant_id, session_id} for a trusted backend (tenant_id null =
-- operator-wide key) or {tenant_id, link_id, token_id, token_hash (hex)} for a visitor; with {sends: true} also whether
-- the visitor may still write: a session begun before an address was required, or whose approval was revoked, is
-- read-only. Enters the tenant; returns the conversation or an error code.
create or replace function try_access(p_access jsonb, out o_id uuid, out o_tenant uuid, out o_error text)
language plpgsql as $$
begin
  o_tenant := (p_access ->> 'tenant_id')::uuid;
  if p_access ->> 'session_id' is not null then
    if o_tenant is null then
      o_tenant := session_tenant(p_access ->> 'session_id');
    end if;
    if o_tenant is not null then
      perform enter_tenant(o_tenant);
      select id into o_id
      from text_conversations
      where session_id = p_access ->> 'session_id';
    end if;
    if o_id is null then o_error := 'session_not_found'; end if;
    return;
  end if;
  perform enter_tenant(o_tenant);
  select conversation_id into o_id
  from temporary_chat_sessions
  where token_id = p_access ->> 'token_id'
    and link_id = (p_access ->> 'link_id')::uuid
    and token_hash = decode(p_access ->> 'token_hash', 'hex')
    and (expires_at is null or expires_at > clock_timestamp());
  if o_id is null then
    o_error := 'session_token_invalid';
  elsif (p_access ->> 'sends')::boolean then
    -- An ended conversation is reported as ended, because that is what the visitor can act on.
    select entry_refusal(c.link_id, c.participant_verified, c.participant_hash) into o_error
    from text_conversations c
    where c.id = o_id and c.status = 'active';
  end if;
end
$$;
