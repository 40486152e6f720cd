-- Announces links that have expired, once each, with `expired` as the reason. Returns how many.
create or replace function expire_links(p_limit integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_link record;
  v_count integer := 0;
begin
  for v_link in
    with due as (
      select id
      from temporary_chat_links
      where expired_at is null
        and deleted_at is null
        and expires_at <= clock_timestamp()
      order by expires_at
      limit p_limit
      for no key update skip locked
    )
    update temporary_chat_links l
    set expired_at = clock_timestamp()
    from due
    where l.id = due.id
    returning l.id, l.tenant_id
  loop
    perform emit_fact(
      v_link.tenant_id, 'links.v1.event.revoked', v_link.id::text,
      jsonb_build_object('linkId', v_link.id, 'tenantId', v_link.tenant_id, 'reason', 'expired')
    );
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

select run_across_tenants('expire_links');
