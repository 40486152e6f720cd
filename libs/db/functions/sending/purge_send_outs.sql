-- Deletes the log of send-outs that ended more than p_days ago, at most p_limit of them; links and suppressions stay.
-- Returns how many.
create or replace function purge_send_outs(p_days integer, p_limit integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_count integer;
begin
  delete from send_outs
  where id in (
    select s.id
    from send_outs s
    where s.created_at < clock_timestamp() - make_interval(days => p_days)
      and not exists (select from send_out_recipients r where r.send_out_id = s.id and r.ended_at is null)
    order by s.created_at
    limit p_limit
    for update skip locked
  );
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

select run_across_tenants('purge_send_outs');
