-- Deletes what is older than `p_days`, at most `p_limit` rows over all tenants. Returns how many.
create or replace function purge_security_events(p_days integer, p_limit integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_gone integer;
begin
  delete from security_events
  where id in (
    select id
    from security_events
    where created_at < clock_timestamp() - make_interval(days => p_days)
    order by created_at
    limit p_limit
    for update skip locked
  );
  get diagnostics v_gone = row_count;
  return v_gone;
end
$$;

select run_across_tenants('purge_security_events');
