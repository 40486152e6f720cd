-- Announces links that have expired, once each, with `expired` as the reason. Answers how many.
create or replace function expire_links(p_limit integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_count integer;
begin
  with due as (
    select id
    from temporary_chat_links
    where expired_at is null
      and deleted_at is null
      and expires_at <= clock_timestamp()
    order by expires_at
    limit p_limit
    for no key update skip locked
  ),
  marked as (
    update temporary_chat_links l
    set expired_at = clock_timestamp()
    from due
    where l.id = due.id
    returning l.id, l.tenant_id
  ),
  told as (
    insert into outbox (tenant_id, subject, key, payload)
    select
      tenant_id, 'links.v1.event.revoked', id::text,
      jsonb_build_object('linkId', id, 'tenantId', tenant_id, 'reason', 'expired')
    from marked
  )
  select count(*) into v_count
  from marked;
  return v_count;
end
$$;

select run_across_tenants('expire_links');
