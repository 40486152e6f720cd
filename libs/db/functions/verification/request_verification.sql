-- Stores the newest code of its request. A repeat with the same key changes nothing.
-- Returns {status: stored | repeated, seconds the code is valid} or
-- {status: wait, seconds, scope: email | link | tenant}.
create or replace function request_verification(
  p_tenant uuid, p_link uuid, p_address_hash text, p_mail_hash text, p_request_hash text, p_repeat_hash text,
  p_mailed boolean, p_code uuid, p_salt bytea, p_code_hash bytea, p_link_per_hour integer, p_tenant_per_day integer
)
returns jsonb
language plpgsql as $$
declare
  v_waits jsonb;
  v_expires timestamptz;
  v_now timestamptz;
  v_scope text;
begin
  perform enter_tenant(p_tenant);
  -- In this order everywhere: concurrent requests are counted one after the other.
  perform pg_advisory_xact_lock(hashtextextended('verification:' || p_tenant, 0));
  perform pg_advisory_xact_lock(hashtextextended('verification:' || p_mail_hash, 0));
  select expires_at into v_expires
  from link_verifications
  where link_id = p_link
    and address_hash = p_address_hash
    and request_hash = p_request_hash
    and repeat_hash = p_repeat_hash
  order by created_at desc
  limit 1;
  if found then
    return jsonb_build_object('status', 'repeated', 'seconds', mail_wait(v_expires, interval '0'));
  end if;
  v_waits := jsonb_build_object(
    'email', address_wait(p_mail_hash, p_request_hash),
    'link', mail_wait(
      (
        select created_at
        from link_verifications
        where link_id = p_link and mailed
        order by created_at desc
        offset p_link_per_hour - 1
        limit 1
      ),
      interval '1 hour'
    ),
    'tenant', mail_wait(
      (
        select created_at
        from link_verifications
        where tenant_id = p_tenant and mailed
        order by created_at desc
        offset p_tenant_per_day - 1
        limit 1
      ),
      interval '1 day'
    )
  );
  select key into v_scope
  from jsonb_each_text(v_waits)
  where value::integer > 0
  order by value::integer desc
  limit 1;
  if found then
    return jsonb_build_object('status', 'wait', 'seconds', (v_waits ->> v_scope)::integer, 'scope', v_scope);
  end if;
  v_now := clock_timestamp();
  update link_verifications
  set expires_at = v_now
  where link_id = p_link
    and address_hash = p_address_hash
    and request_hash = p_request_hash
    and expires_at > v_now;
  insert into link_verifications (
    code_id, tenant_id, link_id, address_hash, mail_hash, request_hash, repeat_hash, mailed, salt, code_hash,
    created_at, expires_at
  )
  values (
    p_code, p_tenant, p_link, p_address_hash, p_mail_hash, p_request_hash, p_repeat_hash, p_mailed, p_salt, p_code_hash,
    v_now, v_now + interval '10 minutes'
  );
  -- Each request sweeps a few rows that no longer count.
  delete from link_verifications
  where code_id in (
    select code_id
    from link_verifications
    where tenant_id = p_tenant and created_at < v_now - interval '1 day'
    limit 20
    for update skip locked
  );
  return jsonb_build_object('status', 'stored', 'seconds', 600);
end
$$;
