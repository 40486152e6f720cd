-- Schedules whose next occurrence has come, the longest due first, with the time of the database. Those of a suspended
-- tenant are not in the index, except one that was created during the suspension. Read-only: whoever plans them first
-- wins (plan_occurrences.sql).
create or replace function due_schedules(p_limit integer) returns setof json
language sql stable security definer set search_path = public, pg_temp as $$
  select json_build_object(
    'id', id, 'tenant_id', tenant_id, 'cron', cron, 'timezone', timezone,
    'next_at', (extract(epoch from next_at) * 1000)::bigint,
    'now', (extract(epoch from clock_timestamp()) * 1000)::bigint
  )
  from schedules
  where next_at <= clock_timestamp()
    and not suspended
    and not exists (select from tenants t where t.id = tenant_id and t.suspended_at is not null)
  order by next_at
  limit p_limit
$$;

select run_across_tenants('due_schedules');
