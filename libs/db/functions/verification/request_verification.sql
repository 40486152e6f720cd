-- Makes a code the newest of its request. A repeat under the same key changes nothing.
-- p: {tenant_id, link_id, address_hash, mail_hash, request_hash, repeat_hash, mailed, code_id, salt (hex),
--   code_hash (hex), link_per_hour, tenant_per_day}
-- Answers {status: stored | repeated, seconds the code is valid} or {status: wait, seconds, scope: email | link |
-- tenant}.
create or replace function request_verification(p jsonb) returns jsonb
language plpgsql as $$
declare
  v_tenant uuid := (p ->> 'tenant_id')::uuid;
  v_link uuid := (p ->> 'link_id')::uuid;
  v_waits jsonb;
  v_expires timestamptz;
  v_now timestamptz;
  v_scope text;
begin
  perform enter_tenant(v_tenant);
  -- In this order everywhere: requests that wait for each other are counted one after the other.
  perform pg_advisory_xact_lock(hashtextextended('verification:' || v_tenant, 0));
  perform pg_advisory_xact_lock(hashtextextended('verification:' || (p ->> 'mail_hash'), 0));
  select expires_at into v_expires
  from link_verifications
  where link_id = v_link
    and address_hash = p ->> 'address_hash'
    and request_hash = p ->> 'request_hash'
    and repeat_hash = p ->> 'repeat_hash'
  order by created_at desc
  limit 1;
  if found then
    return jsonb_build_object('status', 'repeated', 'seconds', mail_wait(v_expires, interval '0'));
  end if;
  v_waits := jsonb_build_object(
    'email', address_wait(p ->> 'mail_hash', p ->> 'request_hash'),
    'link', mail_wait(
      (
        select created_at
        from link_verifications
        where link_id = v_link and mailed
        order by created_at desc
        offset (p ->> 'link_per_hour')::integer - 1
        limit 1
      ),
      interval '1 hour'
    ),
    'tenant', mail_wait(
      (
        select created_at
        from link_verifications
        where tenant_id = v_tenant and mailed
        order by created_at desc
        offset (p ->> 'tenant_per_day')::integer - 1
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
  where link_id = v_link
    and address_hash = p ->> 'address_hash'
    and request_hash = p ->> 'request_hash'
    and expires_at > v_now;
  insert into link_verifications (
    code_id, tenant_id, link_id, address_hash, mail_hash, request_hash, repeat_hash, mailed, salt, code_hash,
    created_at, expires_at
  )
  values (
    (p ->> 'code_id')::uuid, v_tenant, v_link, p ->> 'address_hash', p ->> 'mail_hash', p ->> 'request_hash',
    p ->> 'repeat_hash', (p ->> 'mailed')::boolean, decode(p ->> 'salt', 'hex'), decode(p ->> 'code_hash', 'hex'),
    v_now, v_now + interval '10 minutes'
  );
  -- What counts no more is swept by those who come, a few rows each.
  delete from link_verifications
  where code_id in (
    select code_id
    from link_verifications
    where tenant_id = v_tenant and created_at < v_now - interval '1 day'
    limit 20
    for update skip locked
  );
  return jsonb_build_object('status', 'stored', 'seconds', 600);
end
$$;
