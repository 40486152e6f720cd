-- Takes a try before anything is compared, so that parallel guesses never gain an extra one: it counts as wrong until
-- pin_was_right(). Per address: from the third wrong one on a wait of 2, 4, 8 … seconds, at most 15 minutes, forgotten
-- after a day. Per link: 100 wrong ones in 15 minutes close its PIN to everybody until they have passed. Returns
-- {status: none (no PIN) | wait (seconds) | open (pin_hash)}.
create or replace function take_pin_try(p_tenant uuid, p_link uuid, p_bucket text) returns json
language plpgsql as $$
declare
  l temporary_chat_links;
  v_all link_pin_tries;
  v_own link_pin_tries;
  v_now timestamptz;
begin
  perform enter_tenant(p_tenant);
  select * into l
  from temporary_chat_links
  where id = p_link
    and is_active
    and deleted_at is null
    and (expires_at is null or expires_at > clock_timestamp());
  if not found then perform fail('link_unavailable'); end if;
  if l.pin_hash is null then return json_build_object('status', 'none'); end if;
  insert into link_pin_tries (link_id, bucket, tenant_id)
  values (p_link, '', p_tenant)
  on conflict do nothing;
  -- The lock on the link's row serialises the tries.
  select * into v_all
  from link_pin_tries
  where link_id = p_link and bucket = ''
  for update;
  insert into link_pin_tries (link_id, bucket, tenant_id)
  values (p_link, p_bucket, p_tenant)
  on conflict do nothing;
  select * into v_own
  from link_pin_tries
  where link_id = p_link and bucket = p_bucket
  for update;
  v_now := clock_timestamp();
  if v_all.since <= v_now - interval '15 minutes' then
    v_all.since := v_now;
    v_all.wrong := 0;
  end if;
  if v_own.since <= v_now - interval '1 day' then
    v_own.wrong := 0;
    v_own.wait_until := null;
  end if;
  if v_all.wrong >= 100 then
    return json_build_object(
      'status', 'wait',
      'seconds', greatest(1, ceil(extract(epoch from v_all.since + interval '15 minutes' - v_now)))::integer
    );
  end if;
  if v_own.wait_until > v_now then
    return json_build_object(
      'status', 'wait', 'seconds', greatest(1, ceil(extract(epoch from v_own.wait_until - v_now)))::integer
    );
  end if;
  update link_pin_tries
  set wrong = v_all.wrong + 1, since = v_all.since
  where link_id = p_link and bucket = '';
  update link_pin_tries
  set
    wrong = v_own.wrong + 1,
    since = v_now,
    wait_until = case
      when v_own.wrong + 1 >= 3 then v_now + make_interval(secs => least(900, power(2, least(v_own.wrong - 1, 12))))
    end
  where link_id = p_link and bucket = p_bucket;
  -- Each try sweeps a few stale rows of other links.
  delete from link_pin_tries
  where (link_id, bucket) in (
    select link_id, bucket
    from link_pin_tries
    where since < v_now - interval '1 day' and link_id <> p_link
    limit 20
    for update skip locked
  );
  return json_build_object('status', 'open', 'pin_hash', l.pin_hash);
end
$$;
