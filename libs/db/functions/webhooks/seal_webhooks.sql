-- items: [{id, sealed}]. A row that was sealed meanwhile, or is locked, stays as it is. Returns how many were sealed.
create or replace function seal_webhooks(items jsonb) returns integer
language sql security definer set search_path = public, pg_temp as $$
  with given as (select * from jsonb_to_recordset(items) as i(id uuid, sealed text)),
  free as (
    select d.id
    from webhook_deliveries d
    where d.id in (select id from given) and d.data_sealed is null
    for no key update skip locked
  ),
  done as (
    update webhook_deliveries d
    set data_sealed = g.sealed, data = '{}'
    from given g
    join free f on f.id = g.id
    where d.id = g.id
    returning 1
  )
  select count(*)::integer
  from done
$$;

select run_across_tenants('seal_webhooks');
