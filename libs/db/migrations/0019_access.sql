-- The door of a link: who may come in (the agent's access policy and requests), PIN tries, consent. Whether a conversation may begin or go on is
-- decided here, at each message, so that a gateway with an older policy in hand can only be late in what it shows.

-- Access policy of an agent ------------------------------------------------------------------------------------------
-- An agent without a row is open.
create table agent_access_policies (
  agent_id uuid primary key references agents on delete cascade,
  tenant_id uuid not null references tenants,
  mode text not null default 'open' check (mode in ('open', 'any_verified', 'approval')),
  -- false = every link of the agent is unavailable, and none can be made
  links_enabled boolean not null default true,
  -- who is told of new requests, sealed
  notify_email_sealed text,
  updated_at timestamptz not null default now()
);
-- Addresses that need no approval: a keyed hash to compare with, the sealed text to show.
create table agent_access_addresses (
  agent_id uuid not null references agents on delete cascade,
  address_hash text not null,
  tenant_id uuid not null references tenants,
  address_sealed text not null,
  primary key (agent_id, address_hash)
);
-- What confirmed addresses asked for: one row per (agent, address), whatever its owner decided and however often it asks.
create table agent_access_requests (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  agent_id uuid not null references agents on delete cascade,
  -- the link it was asked through first
  link_id uuid references temporary_chat_links on delete set null,
  address_hash text not null,
  address_sealed text not null,
  status text not null default 'pending' check (status in ('pending', 'approved', 'denied')),
  created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  decided_at timestamptz,
  decided_by text,
  unique (agent_id, address_hash)
);
create index agent_access_requests_list on agent_access_requests (agent_id, created_at desc, id desc);
select protect_by_tenant('agent_access_policies');
select protect_by_tenant('agent_access_addresses');
select protect_by_tenant('agent_access_requests');

create function address_admitted(p_agent uuid, p_address text) returns boolean language sql stable as $$
  select exists (select from agent_access_addresses where agent_id = p_agent and address_hash = p_address)
      or exists (select from agent_access_requests where agent_id = p_agent and address_hash = p_address and status = 'approved')
$$;

-- Why somebody may not talk on a link, null = they may. p_address: keyed hash of the address they confirmed.
create function entry_refusal(p_link uuid, p_verified boolean, p_address text) returns text language sql stable as $$
  select case
    when not p.links_enabled then 'link_unavailable'
    when not p_verified and (l.require_email or coalesce(p.mode, 'open') <> 'open') then 'verification_required'
    when p.mode = 'approval' and not address_admitted(l.agent_id, p_address) then 'access_pending' end
  from temporary_chat_links l left join agent_access_policies p on p.agent_id = l.agent_id where l.id = p_link
$$;

-- Lets a confirmed address in, or keeps its request. p: {tenant_id, agent_id, link_id, id, address_hash, address_sealed}
-- Answers {admitted, created, announce}. announce: tell the owner by mail; of a flood only the first twenty in an hour.
create function ask_for_access(p jsonb) returns json language plpgsql as $$
declare v_agent uuid := (p ->> 'agent_id')::uuid; v_created boolean; v_recent integer;
begin
  perform enter_tenant((p ->> 'tenant_id')::uuid);
  if address_admitted(v_agent, p ->> 'address_hash') then return json_build_object('admitted', true, 'created', false, 'announce', false); end if;
  insert into agent_access_requests (id, tenant_id, agent_id, link_id, address_hash, address_sealed)
  values ((p ->> 'id')::uuid, (p ->> 'tenant_id')::uuid, v_agent, (p ->> 'link_id')::uuid, p ->> 'address_hash', p ->> 'address_sealed')
  on conflict (agent_id, address_hash) do nothing;
  v_created := found;
  select count(*) into v_recent from (select from agent_access_requests
    where agent_id = v_agent and created_at > clock_timestamp() - interval '1 hour' limit 21) r;
  return json_build_object('admitted', false, 'created', v_created, 'announce', v_created and v_recent <= 20);
end $$;

-- No link is made for an agent that may have none, on whatever way it is made.
create function refuse_disabled_links() returns trigger language plpgsql as $$
begin
  if exists (select from agent_access_policies where agent_id = new.agent_id and not links_enabled) then perform fail('feature_disabled'); end if;
  return new;
end $$;
create trigger refuse_disabled_links before insert on temporary_chat_links for each row execute function refuse_disabled_links();

-- No conversation of a link begins without the address that link or agent ask for. Who the address is of is known later: open_verified_session() asks.
create function refuse_entry() returns trigger language plpgsql as $$
declare v_code text := entry_refusal(new.link_id, new.participant_verified, null);
begin
  if v_code <> 'access_pending' then perform fail(v_code); end if;
  return new;
end $$;
create trigger refuse_entry before insert on text_conversations for each row when (new.link_id is not null) execute function refuse_entry();

-- As before; with {sends: true} also whether the visitor may still talk: one that began before an address was asked for, or whose approval was
-- taken back, keeps reading and says nothing more.
create or replace function try_access(p_access jsonb, out o_id uuid, out o_tenant uuid, out o_error text) language plpgsql as $$
begin
  o_tenant := (p_access ->> 'tenant_id')::uuid;
  if p_access ->> 'session_id' is not null then
    if o_tenant is null then o_tenant := session_tenant(p_access ->> 'session_id'); end if;
    if o_tenant is not null then
      perform enter_tenant(o_tenant);
      select id into o_id from text_conversations where session_id = p_access ->> 'session_id';
    end if;
    if o_id is null then o_error := 'session_not_found'; end if;
    return;
  end if;
  perform enter_tenant(o_tenant);
  select conversation_id into o_id from temporary_chat_sessions
   where token_id = p_access ->> 'token_id' and link_id = (p_access ->> 'link_id')::uuid
     and token_hash = decode(p_access ->> 'token_hash', 'hex')
     and (expires_at is null or expires_at > clock_timestamp());
  if o_id is null then
    o_error := 'session_token_invalid';
  elsif (p_access ->> 'sends')::boolean then
    -- An ended conversation is answered as ended: that is what the visitor can do something about.
    select entry_refusal(c.link_id, c.participant_verified, c.participant_hash) into o_error from text_conversations c where c.id = o_id and c.status = 'active';
  end if;
end $$;

-- Consent ------------------------------------------------------------------------------------------------------------
-- sha256 (hex) of the text that was agreed to at consent_at
alter table temporary_chat_sessions add column consent_hash text;

-- Opens a session and keeps what its visitor agreed to. p as in open_session(), with consent_hash.
create function open_agreed_session(p json) returns json language plpgsql as $$
declare v_opened json := open_session(p);
begin
  if p ->> 'consent_hash' is not null then
    update temporary_chat_sessions set consent_at = coalesce(consent_at, clock_timestamp()), consent_hash = p ->> 'consent_hash'
     where id = (p -> 'link' ->> 'token_row_id')::uuid;
  end if;
  return v_opened;
end $$;

alter function open_verified_session(json) rename to open_verified_conversation;
-- As open_verified_conversation(), for an address that the agent's policy lets in, with consent_hash as above.
create function open_verified_session(p json) returns json language plpgsql as $$
declare v_opened json; v_code text;
begin
  perform enter_tenant((p ->> 'tenant_id')::uuid);
  v_code := entry_refusal((p -> 'link' ->> 'id')::uuid, true, p ->> 'participant_hash');
  if v_code is not null then perform fail(v_code); end if;
  v_opened := open_verified_conversation(p);
  if p ->> 'consent_hash' is not null then
    update temporary_chat_sessions set consent_at = clock_timestamp(), consent_hash = p ->> 'consent_hash' where id = (p -> 'link' ->> 'token_row_id')::uuid;
  end if;
  return v_opened;
end $$;

-- As before. The consent of the earlier token goes on with the new one while the text is the same; another text is asked for anew.
-- p also with consent_hash (agreed to now, or null) and consent_wanted (of the link's text, or null).
create or replace function continue_verified_session(p_access jsonb, p json, p_left boolean) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access); c text_conversations; v_old temporary_chat_sessions; v_opened json;
begin
  select * into c from text_conversations where id = v_id;
  if c.participant_hash is null or not c.participant_verified then perform fail('verification_required'); end if;
  if p_left and c.end_reason is distinct from 'visitor' then perform fail(case when c.end_reason = 'expired' then 'session_expired' else 'session_ended' end); end if;
  select * into v_old from temporary_chat_sessions where token_id = p_access ->> 'token_id';
  if p ->> 'consent_hash' is null and v_old.consent_hash is distinct from p ->> 'consent_wanted' and p ->> 'consent_wanted' is not null then
    perform fail('consent_required');
  end if;
  v_opened := open_verified_session((p::jsonb || jsonb_build_object('participant', c.participant, 'participant_hash', c.participant_hash))::json);
  update temporary_chat_sessions set expires_at = v_old.expires_at, consent_at = coalesce(consent_at, v_old.consent_at),
      consent_hash = coalesce(consent_hash, v_old.consent_hash)
   where id = (p -> 'link' ->> 'token_row_id')::uuid;
  return (v_opened::jsonb || jsonb_build_object('token_expires_at', iso(v_old.expires_at)))::json;
end $$;

-- PIN ----------------------------------------------------------------------------------------------------------------
create table link_pin_tries (
  link_id uuid not null references temporary_chat_links on delete cascade,
  -- keyed hash of a client address; '' = all of them together
  bucket text not null,
  tenant_id uuid not null references tenants,
  wrong integer not null default 0,
  -- of '': when its fifteen minutes began; else when it was tried last
  since timestamptz not null default clock_timestamp(),
  wait_until timestamptz,
  primary key (link_id, bucket)
);
create index link_pin_tries_age on link_pin_tries (tenant_id, since);
select protect_by_tenant('link_pin_tries');

-- Takes a try before anything is compared, so that no number of parallel guesses gets one more: it counts as wrong until pin_was_right().
-- Of one address: after the third wrong one 2, 4, 8 … seconds, at most 15 minutes, forgotten after a day. Of a link: 100 wrong ones in 15 minutes
-- close its PIN to everybody until they have passed. Answers {status: none (no PIN) | wait (seconds) | open (pin_hash)}.
create function take_pin_try(p_tenant uuid, p_link uuid, p_bucket text) returns json language plpgsql as $$
declare l temporary_chat_links; v_all link_pin_tries; v_own link_pin_tries; v_now timestamptz;
begin
  perform enter_tenant(p_tenant);
  select * into l from temporary_chat_links where id = p_link and is_active and deleted_at is null and (expires_at is null or expires_at > clock_timestamp());
  if not found then perform fail('link_unavailable'); end if;
  if l.pin_hash is null then return json_build_object('status', 'none'); end if;
  insert into link_pin_tries (link_id, bucket, tenant_id) values (p_link, '', p_tenant) on conflict do nothing;
  -- The link's row is the queue.
  select * into v_all from link_pin_tries where link_id = p_link and bucket = '' for update;
  insert into link_pin_tries (link_id, bucket, tenant_id) values (p_link, p_bucket, p_tenant) on conflict do nothing;
  select * into v_own from link_pin_tries where link_id = p_link and bucket = p_bucket for update;
  v_now := clock_timestamp();
  if v_all.since <= v_now - interval '15 minutes' then v_all.since := v_now; v_all.wrong := 0; end if;
  if v_own.since <= v_now - interval '1 day' then v_own.wrong := 0; v_own.wait_until := null; end if;
  if v_all.wrong >= 100 then
    return json_build_object('status', 'wait', 'seconds', greatest(1, ceil(extract(epoch from v_all.since + interval '15 minutes' - v_now)))::integer);
  end if;
  if v_own.wait_until > v_now then
    return json_build_object('status', 'wait', 'seconds', greatest(1, ceil(extract(epoch from v_own.wait_until - v_now)))::integer);
  end if;
  update link_pin_tries set wrong = v_all.wrong + 1, since = v_all.since where link_id = p_link and bucket = '';
  update link_pin_tries set wrong = v_own.wrong + 1, since = v_now,
      wait_until = case when v_own.wrong + 1 >= 3 then v_now + make_interval(secs => least(900, power(2, least(v_own.wrong - 1, 12)))) end
   where link_id = p_link and bucket = p_bucket;
  -- What nobody came back to is swept by those who come, a few rows each.
  delete from link_pin_tries where (link_id, bucket) in (select link_id, bucket from link_pin_tries
    where since < v_now - interval '1 day' and link_id <> p_link limit 20 for update skip locked);
  return json_build_object('status', 'open', 'pin_hash', l.pin_hash);
end $$;

-- The try that was taken was right: its address begins anew.
create function pin_was_right(p_tenant uuid, p_link uuid, p_bucket text) returns void language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  -- In the order of take_pin_try(), so that the two never wait for each other in a ring.
  update link_pin_tries set wrong = greatest(0, wrong - 1) where link_id = p_link and bucket = '';
  delete from link_pin_tries where link_id = p_link and bucket = p_bucket;
end $$;
