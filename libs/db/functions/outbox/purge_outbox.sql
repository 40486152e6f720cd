-- Deletes rows that were sent longer than p_older ago, at most p_limit. Returns how many.
create or replace function purge_outbox(p_older interval, p_limit integer) returns integer
language sql security definer set search_path = public, pg_temp as $$
  with gone as (
    delete from outbox
    where id in (select id from outbox where sent_at < clock_timestamp() - p_older limit p_limit)
    returning 1
  )
  select count(*)::integer
  from gone
$$;

select run_across_tenants('purge_outbox');
