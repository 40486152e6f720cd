-- Evaluates up to p_limit due rules, and schedules the next time in p_every_ms. One transaction: a kill leaves all of
-- it or nothing, and concurrent callers take other rules.
-- Returns how many rules were evaluated, and how many crossings began or ended.
create or replace function evaluate_alerts(p_limit integer, p_every_ms integer)
returns table (looked integer, crossed integer)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  a alerts;
begin
  looked := 0;
  crossed := 0;
  for a in
    select *
    from alerts
    where is_active and next_at <= clock_timestamp()
    order by next_at
    limit p_limit
    for no key update skip locked
  loop
    crossed := crossed + evaluate_alert(a);
    looked := looked + 1;
    update alerts
    set next_at = clock_timestamp() + make_interval(secs => p_every_ms / 1000.0)
    where id = a.id;
  end loop;
  return next;
end
$$;

select run_across_tenants('evaluate_alerts');
