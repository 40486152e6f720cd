-- Counts a request for a sign-in link against its address, known or not: 5 in fifteen minutes, 30 in a day, across
-- tenants. Returns {status: wait, seconds}, or {status: taken, users: [{id, tenant_id, tenant}]} with the users of the
-- address, at most 10, the one seen last first.
create or replace function ask_sign_in(p_mail_hash text, p_email text) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_now timestamptz;
  v_wait integer;
begin
  perform pg_advisory_xact_lock(hashtextextended('sign in:' || p_mail_hash, 0));
  v_now := clock_timestamp();
  select ceil(extract(epoch from max(asked.at + w.period) - v_now)) into v_wait
  from (values (5, interval '15 minutes'), (30, interval '1 day')) w (most, period)
  cross join lateral (
    select created_at as at
    from sign_in_asks
    where mail_hash = p_mail_hash
    order by created_at desc
    offset w.most - 1
    limit 1
  ) asked;
  if v_wait > 0 then
    return jsonb_build_object('status', 'wait', 'seconds', v_wait);
  end if;
  insert into sign_in_asks (mail_hash, created_at) values (p_mail_hash, v_now);
  -- Each request sweeps a few rows that no longer count.
  delete from sign_in_asks
  where ctid = any(array(
    select ctid
    from sign_in_asks
    where created_at < v_now - interval '1 day'
    limit 20
    for update skip locked
  ));
  return jsonb_build_object(
    'status', 'taken',
    'users', coalesce(
      (
        select jsonb_agg(jsonb_build_object('id', u.id, 'tenant_id', u.tenant_id, 'tenant', u.tenant))
        from (
          select u.id, u.tenant_id, t.name as tenant
          from users u
          join tenants t on t.id = u.tenant_id
          where u.email = p_email and u.removed_at is null and u.disabled_at is null
          order by u.last_seen_at desc nulls last, u.id
          limit 10
        ) u
      ),
      '[]'
    )
  );
end
$$;

select run_across_tenants('ask_sign_in');
