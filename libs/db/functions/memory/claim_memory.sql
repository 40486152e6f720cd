-- Claims the next summary of a conversation; null = nothing is due, or somebody else is at it. A summary is due when
-- p_every completed exchanges with a confirmed address lie behind the last one. Answers {conversation_id, agent_id,
-- agent_name, email, after}.
create or replace function claim_memory(p_tenant uuid, p_session text, p_every integer, p_claim_ms integer)
returns json
language plpgsql as $$
declare
  c text_conversations;
  v_after integer;
begin
  perform enter_tenant(p_tenant);
  select * into c
  from text_conversations
  where session_id = p_session
    and participant_verified
    and participant ? 'email';
  if not found or c.total_turns < p_every then return null; end if;
  insert into memory_cursors (conversation_id, tenant_id, summarised_through)
  values (c.id, c.tenant_id, 0)
  on conflict do nothing;
  update memory_cursors
  set claimed_until = clock_timestamp() + make_interval(secs => p_claim_ms / 1000.0)
  where conversation_id = c.id
    and c.total_turns - summarised_through >= p_every
    and (claimed_until is null or claimed_until < clock_timestamp())
  returning summarised_through into v_after;
  if not found then return null; end if;
  return json_build_object(
    'conversation_id', c.id, 'agent_id', c.agent_id, 'email', c.participant ->> 'email', 'after', v_after,
    'agent_name', (select name from agents where id = c.agent_id)
  );
end
$$;
