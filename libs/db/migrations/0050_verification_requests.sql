-- Codes of confirmation, one row for each that was made. A code belongs to the browser that asked: request_hash. Codes of before belong to
-- nobody; they live ten minutes, and whoever waits for one asks again.
delete from link_verifications;
alter table link_verifications
  drop constraint link_verifications_pkey,
  drop column requested_at,
  add primary key (code_id),
  -- keyed hash of link, address and the secret id of the request
  add column request_hash text not null,
  -- keyed hash of the address alone: equal on all links of all tenants
  add column mail_hash text not null,
  -- keyed hash of the caller's idempotency key, if one was given
  add column repeat_hash text,
  -- false: the link does not allow this address, so nothing was mailed
  add column mailed boolean not null,
  add column created_at timestamptz not null default clock_timestamp();
create index link_verifications_request on link_verifications (link_id, address_hash, request_hash, created_at desc);
create index link_verifications_address on link_verifications (mail_hash, created_at desc);
create index link_verifications_of_link on link_verifications (link_id, created_at desc) where mailed;
create index link_verifications_of_tenant on link_verifications (tenant_id, created_at desc) where mailed;

-- The codes that were made for an address in the last day, on all links of all tenants: when, and what became of their tries.
create function address_codes(p_mail text)
returns table (request_hash text, created_at timestamptz, expires_at timestamptz, wrong integer, is_open boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select request_hash, created_at, expires_at, tries - (used_at is not null)::integer, used_at is null and tries < 5
    from link_verifications where mail_hash = p_mail and created_at > clock_timestamp() - interval '1 day'
$$;

-- Seconds until one more code may be made for an address; 0 = now. 3 in ten minutes, 5 in an hour, 20 in a day. Beside that 20 guesses
-- a day: each code reserves its 5 tries as long as it can be tried, and afterwards counts its wrong ones. So nobody's guesses, on
-- codes of their own, take a try from a code that is already in the mailbox of its owner. p_own: the request whose code would be replaced.
create function address_wait(p_mail text, p_own text) returns integer language sql volatile as $$
  with codes as materialized (select * from address_codes(p_mail)),
  mails as (
    select t.at + w.period as free_at
      from (values (3, interval '10 minutes'), (5, interval '1 hour'), (20, interval '1 day')) w (most, period)
     cross join lateral (select created_at as at from codes order by created_at desc offset w.most - 1 limit 1) t
  ),
  moments as (
    select clock_timestamp() as at
    union select expires_at from codes where is_open
    union select created_at + interval '1 day' from codes
  ),
  guesses as (
    select min(m.at) as free_at from moments m
     where 15 >= (select coalesce(sum(case when is_open and expires_at > m.at and request_hash <> p_own then 5 else wrong end), 0)
                    from codes where created_at + interval '1 day' > m.at)
  )
  select greatest(0, ceil(extract(epoch from max(free_at) - clock_timestamp())))::integer
    from (select free_at from mails union all select free_at from guesses) f
$$;

-- Seconds until a time lies p_period back; 0 = it does, or there is none.
create function mail_wait(p_at timestamptz, p_period interval) returns integer language sql volatile as $$
  select greatest(0, ceil(coalesce(extract(epoch from p_at + p_period - clock_timestamp()), 0)))::integer
$$;

drop function request_verification(jsonb);
-- Makes a code the newest of its request. A repeat under the same key changes nothing.
-- p: {tenant_id, link_id, address_hash, mail_hash, request_hash, repeat_hash, mailed, code_id, salt (hex), code_hash (hex), link_per_hour, tenant_per_day}
-- Answers {status: stored | repeated, seconds the code is valid} or {status: wait, seconds, scope: email | link | tenant}.
create function request_verification(p jsonb) returns jsonb language plpgsql as $$
declare
  v_tenant uuid := (p ->> 'tenant_id')::uuid; v_link uuid := (p ->> 'link_id')::uuid;
  v_waits jsonb; v_expires timestamptz; v_now timestamptz; v_scope text;
begin
  perform enter_tenant(v_tenant);
  -- In this order everywhere: requests that wait for each other are counted one after the other.
  perform pg_advisory_xact_lock(hashtextextended('verification:' || v_tenant, 0));
  perform pg_advisory_xact_lock(hashtextextended('verification:' || (p ->> 'mail_hash'), 0));
  select expires_at into v_expires from link_verifications
   where link_id = v_link and address_hash = p ->> 'address_hash' and request_hash = p ->> 'request_hash' and repeat_hash = p ->> 'repeat_hash'
   order by created_at desc limit 1;
  if found then
    return jsonb_build_object('status', 'repeated', 'seconds', mail_wait(v_expires, interval '0'));
  end if;
  v_waits := jsonb_build_object(
    'email', address_wait(p ->> 'mail_hash', p ->> 'request_hash'),
    'link', mail_wait((select created_at from link_verifications where link_id = v_link and mailed
                        order by created_at desc offset (p ->> 'link_per_hour')::integer - 1 limit 1), interval '1 hour'),
    'tenant', mail_wait((select created_at from link_verifications where tenant_id = v_tenant and mailed
                          order by created_at desc offset (p ->> 'tenant_per_day')::integer - 1 limit 1), interval '1 day'));
  select key into v_scope from jsonb_each_text(v_waits) where value::integer > 0 order by value::integer desc limit 1;
  if found then
    return jsonb_build_object('status', 'wait', 'seconds', (v_waits ->> v_scope)::integer, 'scope', v_scope);
  end if;
  v_now := clock_timestamp();
  update link_verifications set expires_at = v_now
   where link_id = v_link and address_hash = p ->> 'address_hash' and request_hash = p ->> 'request_hash' and expires_at > v_now;
  insert into link_verifications (code_id, tenant_id, link_id, address_hash, mail_hash, request_hash, repeat_hash, mailed, salt, code_hash, created_at, expires_at)
  values ((p ->> 'code_id')::uuid, v_tenant, v_link, p ->> 'address_hash', p ->> 'mail_hash', p ->> 'request_hash', p ->> 'repeat_hash',
          (p ->> 'mailed')::boolean, decode(p ->> 'salt', 'hex'), decode(p ->> 'code_hash', 'hex'), v_now, v_now + interval '10 minutes');
  -- What counts no more is swept by those who come, a few rows each.
  delete from link_verifications where code_id in (select code_id from link_verifications
    where tenant_id = v_tenant and created_at < v_now - interval '1 day' limit 20 for update skip locked);
  return jsonb_build_object('status', 'stored', 'seconds', 600);
end $$;

drop function take_verification_try(uuid, uuid, text);
-- Takes one of the five tries of the newest code of a request before anything is compared, so that no number of parallel guesses gets a
-- sixth. Answers {status: open | expired | none, code_id, salt, code_hash (hex)}; a code whose tries are used up is expired.
create function take_verification_try(p_tenant uuid, p_link uuid, p_address text, p_request text) returns json language plpgsql as $$
declare v link_verifications;
begin
  perform enter_tenant(p_tenant);
  select * into v from link_verifications where link_id = p_link and address_hash = p_address and request_hash = p_request
   order by created_at desc limit 1 for update;
  if not found or v.used_at is not null then return json_build_object('status', 'none'); end if;
  if v.tries >= 5 or v.expires_at <= clock_timestamp() then return json_build_object('status', 'expired'); end if;
  update link_verifications set tries = tries + 1 where code_id = v.code_id;
  return json_build_object('status', 'open', 'code_id', v.code_id, 'salt', encode(v.salt, 'hex'), 'code_hash', encode(v.code_hash, 'hex'));
end $$;

-- Uses a code up. False = used by somebody else, or replaced by a newer one meanwhile.
create or replace function use_verification(p_tenant uuid, p_code uuid, p_link uuid, p_address text) returns boolean language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update link_verifications set used_at = clock_timestamp()
   where link_id = p_link and address_hash = p_address and code_id = p_code and used_at is null and expires_at > clock_timestamp();
  return found;
end $$;

grant create on schema public to parley_jobs;
alter function address_codes(text) owner to parley_jobs;
revoke all on function address_codes(text) from public;
grant execute on function address_codes(text) to parley_app, parley_jobs;
revoke create on schema public from parley_jobs;
