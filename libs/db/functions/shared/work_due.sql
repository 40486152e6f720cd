-- When background work is next due, for all kinds that a process asks for (p_work) in one statement: milliseconds from
-- now, negative = overdue by that much. No row = nothing of the kind waits. Only says when to look: the claims decide
-- who gets what. Costs one step of an index for each kind, and one for each receiver that webhooks wait for.
create or replace function work_due(p_work text[]) returns table (work text, due_ms double precision)
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  return query
  select d.work, extract(epoch from d.at - v_now)::double precision * 1000
  from (
    select 'analyses', (select min(next_attempt_at) from session_analyses where status = 'pending')
    where 'analyses' = any(p_work)
    union all
    select 'erasures', (select min(greatest(next_at, claimed_until)) from erasures where state <> 'done')
    where 'erasures' = any(p_work)
    union all
    select 'links', (select min(expires_at) from temporary_chat_links where expired_at is null and deleted_at is null)
    where 'links' = any(p_work)
    union all
    select 'notices', (select min(next_attempt_at) from notices where ended_at is null)
    where 'notices' = any(p_work)
    union all
    select 'outbox', (select min(created_at) from outbox where sent_at is null)
    where 'outbox' = any(p_work)
    union all
    select 'recipients', (select min(next_attempt_at) from send_out_recipients where ended_at is null)
    where 'recipients' = any(p_work)
    union all
    select 'schedule_runs', (select min(next_attempt_at) from schedule_runs where status = 'pending')
    where 'schedule_runs' = any(p_work)
    union all
    select 'schedules', (
      select min(s.next_at)
      from schedules s
      where s.next_at is not null
        and not s.suspended
        and not exists (select from tenants t where t.id = s.tenant_id and t.suspended_at is not null)
    )
    where 'schedules' = any(p_work)
    union all
    select 'suspended_tenants', (select min(end_sessions_before) from tenants where end_sessions_before is not null)
    where 'suspended_tenants' = any(p_work)
    union all
    select 'timers', (
      select min(timer_due_at) from text_conversations where timer_due_at is not null and ended_at is null
    )
    where 'timers' = any(p_work)
    union all
    select 'webhooks', webhooks_due_at(v_now)
    where 'webhooks' = any(p_work)
  ) d (work, at)
  where d.at is not null;
end
$$;

select run_across_tenants('work_due');
select keep_index_plans('work_due');
