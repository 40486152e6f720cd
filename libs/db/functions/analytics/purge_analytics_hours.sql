-- Deletes up to p_limit expired rollups of hours (days stay), and as many hashes of addresses that no question about a
-- link reaches any more. Returns how many. Never waits: a rollup that is being written is left for the next round.
-- Cost: the deleted rows, by their indexes.
create or replace function purge_analytics_hours(p_limit integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_grain text;
  v_rows integer;
  v_count integer := 0;
  v_addresses integer;
begin
  -- One grain at a time: a ctid is unique within a partition.
  foreach v_grain in array array['hour', 'hour_all', 'hour_total'] loop
    delete from analytics_rollups
    where grain = v_grain
      and ctid = any(array(
        select ctid
        from analytics_rollups
        where grain = v_grain and period < analytics_hours_since()
        order by period
        limit p_limit - v_count
        for update skip locked
      ));
    get diagnostics v_rows = row_count;
    v_count := v_count + v_rows;
  end loop;
  delete from link_addresses
  where ctid = any(array(
    select ctid
    from link_addresses
    where day < (now() at time zone 'UTC')::date - 366
    order by day
    limit p_limit
    for update skip locked
  ));
  get diagnostics v_addresses = row_count;
  return v_count + v_addresses;
end
$$;

select run_across_tenants('purge_analytics_hours');
