-- Up to p_limit ended sessions whose stored purge time has come, to be archived before purge_archived() removes their
-- content. p_default_days as in purge_sessions(). Those of a tenant wait while an erasure of it is in progress: it is
-- not known yet whose they are. Read-only; replicas may see the same ones.
create or replace function sessions_past_keeping(p_default_days integer, p_limit integer)
returns table (id uuid, tenant_id uuid, session_id text, month text)
language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_timestamp();
  v_waiting uuid[];
begin
  select coalesce(array_agg(distinct tenant_id), '{}') into v_waiting
  from erasures
  where state <> 'done';
  return query
  select id, tenant_id, session_id, to_char(created_at at time zone 'utc', 'YYYY-MM')
  from (
    (
      select id, tenant_id, session_id, created_at
      from text_conversations
      where purge_at <= v_now and purged_at is null and ended_at is not null and not tenant_id = any(v_waiting)
      order by purge_at
      limit p_limit
    )
    union all
    (
      select id, tenant_id, session_id, created_at
      from text_conversations
      where p_default_days is not null
        and purge_at is null
        and purged_at is null
        and ended_at <= v_now - make_interval(hours => 24 * p_default_days)
        and not tenant_id = any(v_waiting)
      order by ended_at
      limit p_limit
    )
  ) due
  limit p_limit;
end
$$;

select run_across_tenants('sessions_past_keeping');
