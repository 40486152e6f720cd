-- Finished erasures of all tenants whose ids are not in p_known: only hashes and ids, for the ledger that is kept apart
-- from the database.
create or replace function finished_erasures(p_known uuid[], p_limit integer) returns setof jsonb
language sql stable security definer set search_path = public, pg_temp as $$
  select jsonb_build_object(
    'erasure_id', e.id, 'tenant_id', e.tenant_id, 'kind', e.kind, 'subject_hash', e.subject_hash,
    'memory_hash', e.memory_hash, 'memory_agent', e.memory_agent, 'erased_before', iso(e.erased_before),
    'requested_by', e.requested_by, 'requested_at', iso(e.created_at),
    'sessions', (
      select coalesce(
        jsonb_agg(jsonb_build_array(s.conversation_id, s.session_id) order by s.conversation_id), '[]'
      )
      from erasure_sessions s
      where s.erasure_id = e.id
    )
  )
  from erasures e
  where e.state = 'done' and not e.id = any(p_known)
  order by e.done_at
  limit p_limit
$$;

select run_across_tenants('finished_erasures');
