-- Deletes deliveries that ended longer than p_older ago, at most p_limit. Returns how many.
create or replace function purge_webhook_deliveries(p_older interval, p_limit integer)
returns integer
language sql security definer set search_path = public, pg_temp as $$
  with gone as (
    delete from webhook_deliveries
    where id in (
      select id
      from webhook_deliveries
      where ended_at < clock_timestamp() - p_older
      order by ended_at
      limit p_limit
      for update skip locked
    )
    returning 1
  )
  select count(*)::integer
  from gone
$$;

select run_across_tenants('purge_webhook_deliveries');
