-- Deletes up to p_limit crossings that were over p_days ago. Returns how many.
create or replace function purge_alert_firings(p_days integer, p_limit integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_count integer;
begin
  delete from alert_firings
  where id in (
    select id
    from alert_firings
    where fired_at < clock_timestamp() - make_interval(days => p_days)
      and recovered_at < clock_timestamp() - make_interval(days => p_days)
    order by fired_at
    limit p_limit
    for update skip locked
  );
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

select run_across_tenants('purge_alert_firings');
