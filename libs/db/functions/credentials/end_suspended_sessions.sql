-- Ends at most p_limit running sessions of suspended tenants, and returns how many. While a tenant is suspended that is
-- every one; after it was reinstated, those begun before the suspension. Idempotent: each ends once, and an interrupted
-- batch is retried. A tenant is done when none is left, but not before a minute has passed: a gateway with a stale
-- cache may have opened one more. Costs one look into an index of the tenants not done yet.
create or replace function end_suspended_sessions(p_limit integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_session uuid;
  v_count integer := 0;
begin
  -- A session that is being written to is left to the next batch.
  for v_session in
    select c.id
    from tenants t
    join text_conversations c on c.tenant_id = t.id
    where t.end_sessions_before is not null
      and c.ended_at is null
      and (t.suspended_at is not null or c.created_at < t.end_sessions_before)
    limit p_limit
    for no key update of c skip locked
  loop
    if close_conversation(v_session, 'abandoned', 'expired') then
      v_count := v_count + 1;
    end if;
  end loop;
  if v_count < p_limit then
    update tenants t
    set end_sessions_before = null
    where t.end_sessions_before < clock_timestamp() - interval '1 minute'
      and not exists (
        select
        from text_conversations c
        where c.tenant_id = t.id
          and c.ended_at is null
          and (t.suspended_at is not null or c.created_at < t.end_sessions_before)
      );
  end if;
  return v_count;
end
$$;

select run_across_tenants('end_suspended_sessions');
