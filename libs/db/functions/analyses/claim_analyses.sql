-- Claims waiting analyses for p_hold_ms.
create or replace function claim_analyses(p_limit integer, p_hold_ms integer)
returns table (
  conversation_id uuid,
  tenant_id uuid,
  session_id text,
  agent_id uuid,
  agent_version integer,
  attempt integer
)
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  return query
  update session_analyses a
  set attempts = a.attempts + 1, next_attempt_at = clock_timestamp() + make_interval(secs => p_hold_ms / 1000.0)
  from text_conversations c
  where c.id = a.conversation_id
    and a.conversation_id in (
      select d.conversation_id
      from session_analyses d
      where d.status = 'pending' and d.next_attempt_at <= clock_timestamp()
      order by d.next_attempt_at
      limit p_limit
      for no key update skip locked
    )
  returning a.conversation_id, a.tenant_id, c.session_id, c.agent_id, c.agent_version, a.attempts;
end
$$;

select run_across_tenants('claim_analyses');
