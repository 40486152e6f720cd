-- What the gateway's defences noticed. Losable counts without text and without addresses: a client is a keyed hash, a place two letters.
create table security_events (
  id uuid primary key,
  tenant_id uuid not null references tenants on delete cascade,
  link_id uuid references temporary_chat_links on delete cascade,
  kind text not null,
  scope text,
  country text check (length(country) = 2),
  address_hash text,
  session_id text,
  count integer not null check (count >= 1),
  created_at timestamptz not null default clock_timestamp()
);
create index security_events_tenant on security_events (tenant_id, created_at desc, id desc);
create index security_events_link on security_events (link_id, created_at desc, id desc) where link_id is not null;
-- Retention goes by age over all tenants.
create index security_events_age on security_events (created_at);
select protect_by_tenant('security_events');

-- Keeps a batch of one tenant: [{id, link_id, kind, scope, country, address_hash, session_id, count, at}]. A time in the future becomes
-- now, an event of a link that is not this tenant's is dropped. Answers how many were kept.
create function note_security_events(p_tenant uuid, p_events jsonb) returns integer language plpgsql as $$
declare v_kept integer;
begin
  perform enter_tenant(p_tenant);
  if not exists (select from tenants where id = p_tenant) then return 0; end if;
  insert into security_events (id, tenant_id, link_id, kind, scope, country, address_hash, session_id, count, created_at)
  select e.id, p_tenant, e.link_id, e.kind, e.scope, e.country, e.address_hash, e.session_id, e.count, least(e.at, clock_timestamp())
    from jsonb_to_recordset(p_events) as e (id uuid, link_id uuid, kind text, scope text, country text, address_hash text,
                                            session_id text, count integer, at timestamptz)
   where e.link_id is null or exists (select from temporary_chat_links l where l.id = e.link_id)
  on conflict (id) do nothing;
  get diagnostics v_kept = row_count;
  return v_kept;
end $$;

-- Deletes what is older than `p_days`, at most `p_limit` rows over all tenants. Answers how many.
create function purge_security_events(p_days integer, p_limit integer) returns integer
language plpgsql security definer set search_path = public as $$
declare v_gone integer;
begin
  delete from security_events where id in (
    select id from security_events where created_at < clock_timestamp() - make_interval(days => p_days)
     order by created_at limit p_limit for update skip locked);
  get diagnostics v_gone = row_count;
  return v_gone;
end $$;
grant create on schema public to parley_jobs;
alter function purge_security_events(integer, integer) owner to parley_jobs;
revoke create on schema public from parley_jobs;
revoke all on function purge_security_events(integer, integer) from public;
grant execute on function purge_security_events(integer, integer) to parley_app, parley_jobs;

-- Whom a visitor's token stands for: one pseudonym for all devices of one confirmed address on a link. Never the address.
create function token_subject(p_access jsonb) returns json language plpgsql as $$
declare v_id uuid; r json;
begin
  v_id := resolve_access(p_access);
  select json_build_object('session_id', c.session_id, 'email',
           case when c.participant_verified then lower(c.participant ->> 'email') end)
    into r from text_conversations c where c.id = v_id;
  return r;
end $$;
