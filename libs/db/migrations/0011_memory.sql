-- One summary at a time for a conversation: a claim keeps other replicas from asking the model for the same thing, and keeps a
-- conversation whose summary failed out of the way for a while. It only saves model calls; `summarised_through` is the guard.
alter table memory_cursors add column claimed_until timestamptz;

-- Claims the next summary of a conversation; null = nothing is due, or somebody else is at it. A summary is due when p_every completed
-- exchanges with a confirmed address lie behind the last one. Answers {conversation_id, agent_id, agent_name, email, after}.
create function claim_memory(p_tenant uuid, p_session text, p_every integer, p_claim_ms integer) returns json language plpgsql as $$
declare c text_conversations; v_after integer;
begin
  perform enter_tenant(p_tenant);
  select * into c from text_conversations where session_id = p_session and participant_verified and participant ? 'email';
  if not found or c.total_turns < p_every then return null; end if;
  insert into memory_cursors (conversation_id, tenant_id, summarised_through) values (c.id, c.tenant_id, 0) on conflict do nothing;
  update memory_cursors set claimed_until = clock_timestamp() + make_interval(secs => p_claim_ms / 1000.0)
   where conversation_id = c.id and c.total_turns - summarised_through >= p_every
     and (claimed_until is null or claimed_until < clock_timestamp())
   returning summarised_through into v_after;
  if not found then return null; end if;
  return json_build_object('conversation_id', c.id, 'agent_id', c.agent_id, 'email', c.participant ->> 'email', 'after', v_after,
    'agent_name', (select name from agents where id = c.agent_id));
end $$;

-- What is remembered of a person, in one round trip: it stands between a visitor and the first answer.
create function recall_memory(p_tenant uuid, p_agent uuid, p_subject text) returns json language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  return (select json_build_object('summary', summary, 'notes', notes) from memories where agent_id = p_agent and subject_hash = p_subject);
end $$;

-- As before, but a conversation that is claimed does not take a place in the list.
create or replace function memory_due(p_every integer, p_limit integer) returns table (tenant_id uuid, session_id text)
language sql stable security definer set search_path = public as $$
  select c.tenant_id, c.session_id from text_conversations c left join memory_cursors m on m.conversation_id = c.id
   where c.participant_verified and c.participant ? 'email' and c.total_turns - coalesce(m.summarised_through, 0) >= p_every
     and (m.claimed_until is null or m.claimed_until < clock_timestamp())
     and c.updated_at > clock_timestamp() - interval '7 days' limit p_limit
$$;
