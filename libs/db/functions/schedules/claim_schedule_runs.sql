-- Claims due occurrences for p_hold_ms. Fails those whose attempts keep breaking off (p_most). Returns what is to be
-- done, without its recipients.
create or replace function claim_schedule_runs(p_limit integer, p_hold_ms integer, p_most integer) returns setof json
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_now timestamptz := clock_timestamp();
  r schedule_runs;
  s schedules;
begin
  for r in
    select *
    from schedule_runs
    where status = 'pending'
      and next_attempt_at <= v_now
      and (claimed_until is null or claimed_until < v_now)
    order by next_attempt_at
    limit p_limit
    for no key update skip locked
  loop
    if r.attempts >= p_most then
      update schedule_runs
      set status = 'failed', outcome = 'given_up', ended_at = v_now, claimed_until = null
      where id = r.id;
      continue;
    end if;
    update schedule_runs
    set attempts = attempts + 1, claimed_until = v_now + make_interval(secs => p_hold_ms / 1000.0)
    where id = r.id;
    select * into s from schedules where id = r.schedule_id;
    return next json_build_object(
      'id', r.id, 'tenant_id', r.tenant_id, 'schedule_id', s.id, 'agent_id', s.agent_id, 'parameters', s.parameters
    );
  end loop;
end
$$;

select run_across_tenants('claim_schedule_runs');
