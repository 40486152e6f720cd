-- Finds the sessions of an erasure by the indexes: the one with this id, or those of this address that began before it
-- was requested. p_subject: the address or the session's id; null = no longer known.
-- Returns how many were found.
create or replace function find_erasure_sessions(p_erasure uuid, p_claim uuid, p_subject text) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  e erasures := hold_erasure(p_erasure, p_claim);
  v_ids uuid[];
begin
  if e.kind = 'session' then
    select array_agg(id) into v_ids
    from text_conversations
    where session_id = p_subject and tenant_id = e.tenant_id;
  else
    select array_agg(id) into v_ids
    from (
      select id from text_conversations
      where tenant_id = e.tenant_id and participant_email = p_subject and created_at < e.erased_before
      union
      select id from text_conversations
      where tenant_id = e.tenant_id and participant_identifier = p_subject and created_at < e.erased_before
    ) own;
  end if;
  return note_erasure_sessions(e, coalesce(v_ids, '{}'));
end
$$;

select run_across_tenants('find_erasure_sessions');
