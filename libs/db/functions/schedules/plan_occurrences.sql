-- Writes due occurrences of a schedule and advances it to the next one, if nobody did since it was read (p_expected).
-- An occurrence is a row, unique by its time. p_run null = none is to run. All times in milliseconds.
-- Returns whether this call did it.
create or replace function plan_occurrences(
  p_tenant uuid, p_schedule uuid, p_expected bigint, p_missed bigint[], p_run bigint, p_next bigint
)
returns boolean
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update schedules
  set next_at = to_timestamp(p_next / 1000.0)
  where id = p_schedule and next_at = to_timestamp(p_expected / 1000.0);
  if not found then return false; end if;
  insert into schedule_runs (tenant_id, schedule_id, occurrence_at, cause, status, outcome, ended_at)
  select p_tenant, p_schedule, to_timestamp(m / 1000.0), 'cron', 'missed', 'too_late', clock_timestamp()
  from unnest(p_missed) as m
  on conflict (schedule_id, occurrence_at) do nothing;
  if p_run is not null then
    insert into schedule_runs (tenant_id, schedule_id, occurrence_at, cause, status)
    values (p_tenant, p_schedule, to_timestamp(p_run / 1000.0), 'cron', 'pending')
    on conflict (schedule_id, occurrence_at) do nothing;
  end if;
  return true;
end
$$;
