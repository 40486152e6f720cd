-- Confirmed addresses of visitors. One row per (link, address): the newest code, its tries, and when codes were asked for. A new code
-- replaces the older one in place, so that only the newest can ever be confirmed and the table is bounded by people, not by requests.
alter table temporary_chat_links add column allowed_email_domains text[] not null default '{}';

create table link_verifications (
  link_id uuid not null references temporary_chat_links on delete cascade,
  -- keyed hash of the normalised address
  address_hash text not null,
  tenant_id uuid not null references tenants,
  code_id uuid not null,
  salt bytea not null,
  -- scrypt; random bytes for an address the link does not allow, which no code can ever match
  code_hash bytea not null,
  expires_at timestamptz not null,
  tries integer not null default 0,
  used_at timestamptz,
  -- of the last ten minutes
  requested_at timestamptz[] not null,
  primary key (link_id, address_hash)
);
create index link_verifications_age on link_verifications (tenant_id, expires_at);
select protect_by_tenant('link_verifications');

-- Stores a new code in place of the one before, at most three in ten minutes. Answers the seconds to wait, 0 = stored.
-- p: {tenant_id, link_id, address_hash, code_id, salt (hex), code_hash (hex)}
create function request_verification(p jsonb) returns integer language plpgsql as $$
declare v link_verifications; v_now timestamptz; v_recent timestamptz[];
begin
  perform enter_tenant((p ->> 'tenant_id')::uuid);
  insert into link_verifications (link_id, address_hash, tenant_id, code_id, salt, code_hash, expires_at, requested_at)
  values ((p ->> 'link_id')::uuid, p ->> 'address_hash', (p ->> 'tenant_id')::uuid, (p ->> 'code_id')::uuid, '', '', clock_timestamp(), '{}')
  on conflict do nothing;
  select * into v from link_verifications where link_id = (p ->> 'link_id')::uuid and address_hash = p ->> 'address_hash' for update;
  -- Read after the lock: requests that waited for each other are counted one after the other.
  v_now := clock_timestamp();
  select coalesce(array_agg(t order by t), '{}') into v_recent from unnest(v.requested_at) t where t > v_now - interval '10 minutes';
  if cardinality(v_recent) >= 3 then
    return greatest(1, ceil(extract(epoch from v_recent[1] + interval '10 minutes' - v_now)))::integer;
  end if;
  update link_verifications set code_id = (p ->> 'code_id')::uuid, salt = decode(p ->> 'salt', 'hex'), code_hash = decode(p ->> 'code_hash', 'hex'),
      expires_at = v_now + interval '10 minutes', tries = 0, used_at = null, requested_at = v_recent || v_now
   where link_id = v.link_id and address_hash = v.address_hash;
  -- What nobody came back to is swept by those who come, a few rows each.
  delete from link_verifications where (link_id, address_hash) in (select link_id, address_hash from link_verifications
    where expires_at < v_now - interval '1 day' limit 20 for update skip locked);
  return 0;
end $$;

-- Takes one of the five tries of a code before anything is compared, so that no number of parallel guesses gets a sixth.
-- Answers {status: open | expired | none, code_id, salt, code_hash (hex)}; a code whose tries are used up is expired.
create function take_verification_try(p_tenant uuid, p_link uuid, p_address text) returns json language plpgsql as $$
declare v link_verifications;
begin
  perform enter_tenant(p_tenant);
  update link_verifications set tries = tries + 1
   where link_id = p_link and address_hash = p_address and used_at is null and tries < 5 and expires_at > clock_timestamp()
   returning * into v;
  if found then
    return json_build_object('status', 'open', 'code_id', v.code_id, 'salt', encode(v.salt, 'hex'), 'code_hash', encode(v.code_hash, 'hex'));
  end if;
  return json_build_object('status', case when exists (select from link_verifications
    where link_id = p_link and address_hash = p_address and used_at is null) then 'expired' else 'none' end);
end $$;

-- Uses a code up. False = used by somebody else, or replaced by a newer one meanwhile.
create function use_verification(p_tenant uuid, p_code uuid, p_link uuid, p_address text) returns boolean language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update link_verifications set used_at = clock_timestamp()
   where link_id = p_link and address_hash = p_address and code_id = p_code and used_at is null;
  return found;
end $$;

-- Gives a used code back with its try: what it should have opened could not be opened.
create function release_verification(p_tenant uuid, p_code uuid, p_link uuid, p_address text) returns void language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update link_verifications set used_at = null, tries = greatest(0, tries - 1)
   where link_id = p_link and address_hash = p_address and code_id = p_code and used_at is not null;
end $$;

-- One conversation per (link, address) -------------------------------------------------------------------------------
-- No turn changes these columns, so turns stay heap-only updates.
alter table text_conversations add column participant_hash text;
create unique index text_conversations_participant on text_conversations (link_id, participant_hash)
  where participant_hash is not null and ended_at is null;

-- Opens the one conversation of a confirmed address on a link: the living one on whatever device, with a token of its own and without
-- using quota, or else a new one. p as in open_session(), with participant_hash and token_hours.
create function open_verified_session(p json) returns json language plpgsql as $$
declare
  v_tenant uuid := (p ->> 'tenant_id')::uuid; v_link uuid := (p -> 'link' ->> 'id')::uuid; v_hash text := p ->> 'participant_hash';
  c text_conversations; t session_turns; v_opened json; v_expires timestamptz;
begin
  perform enter_tenant(v_tenant);
  -- Two devices that confirm at the same moment open one conversation.
  perform pg_advisory_xact_lock(hashtextextended(v_link || ':' || v_hash, 0));
  v_expires := clock_timestamp() + make_interval(hours => (p ->> 'token_hours')::int);
  select * into c from text_conversations where link_id = v_link and participant_hash = v_hash and ended_at is null for no key update;
  if found and (c.expires_at <= clock_timestamp() or c.updated_at + make_interval(secs => c.idle_timeout_seconds) <= clock_timestamp()) then
    -- It is over, the sweep has merely not come by.
    perform close_conversation(c.id, 'abandoned', case when c.expires_at <= clock_timestamp() then 'expired' else 'idle_timeout' end);
    c := null;
  end if;
  if c.id is null then
    v_opened := open_session(p);
    update text_conversations set participant_hash = v_hash where id = (v_opened -> 'session' ->> 'conversation_id')::uuid;
    update temporary_chat_sessions set expires_at = v_expires where id = (p -> 'link' ->> 'token_row_id')::uuid;
    return (v_opened::jsonb || jsonb_build_object('token_expires_at', iso(v_expires)))::json;
  end if;
  if not exists (select from temporary_chat_links where id = v_link and is_active and deleted_at is null) then perform fail('link_unavailable'); end if;
  insert into temporary_chat_sessions (id, tenant_id, link_id, conversation_id, token_id, token_hash, expires_at)
  values ((p -> 'link' ->> 'token_row_id')::uuid, v_tenant, v_link, c.id, p -> 'link' ->> 'token_id', decode(p -> 'link' ->> 'token_hash', 'hex'), v_expires);
  select * into t from session_turns where conversation_id = c.id and seq = 1;
  return json_build_object('session', session_json(c), 'turn', turn_state(t), 'replayed', true, 'is_active_version', c.is_active_version,
    'token_expires_at', iso(v_expires));
end $$;

-- The development mailbox: what would have been sent, where no mail server is configured -------------------------------
create table dev_mail (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenants on delete cascade,
  recipient text not null,
  subject text not null,
  body text not null,
  created_at timestamptz not null default clock_timestamp()
);
create index dev_mail_tenant on dev_mail (tenant_id, id desc);
select protect_by_tenant('dev_mail');

-- Keeps one mail, and of a tenant's mails the newest 200.
create function keep_dev_mail(p_tenant uuid, p_recipient text, p_subject text, p_body text) returns void language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  insert into dev_mail (tenant_id, recipient, subject, body) values (p_tenant, p_recipient, p_subject, p_body);
  delete from dev_mail where id <= (select id from dev_mail order by id desc offset 200 limit 1);
end $$;
