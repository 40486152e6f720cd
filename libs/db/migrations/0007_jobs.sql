-- Jobs that look across tenants. Each runs as parley_jobs, takes rows with SKIP LOCKED and a bound, so any number of replicas may run it.

-- Sessions with input that nobody works on: accepted a moment ago, no live lease. The wake-up was lost, or its worker died.
create function waiting_sessions(p_older_ms integer, p_limit integer) returns table (tenant_id uuid, session_id text, conversation_id uuid, seq integer)
language sql stable security definer set search_path = public as $$
  select c.tenant_id, c.session_id, c.id, c.done_seq + 1
    from (select distinct t.conversation_id from (select conversation_id from session_turns where status = 'pending'
            and created_at < clock_timestamp() - make_interval(secs => p_older_ms / 1000.0) order by created_at limit p_limit * 4) t) w
    join text_conversations c on c.id = w.conversation_id
   where c.status = 'active' and (c.lease_until is null or c.lease_until < clock_timestamp()) limit p_limit
$$;
alter function waiting_sessions(integer, integer) owner to parley_jobs;

-- Ends sessions that were idle for their timeout or whose link has expired; moves the others' next look. Answers how many ended.
create function end_idle_sessions(p_limit integer) returns integer language plpgsql security definer set search_path = public as $$
declare c text_conversations; v_due timestamptz; v_ended integer := 0;
begin
  for c in select * from text_conversations where ended_at is null and idle_check_at <= clock_timestamp() order by idle_check_at limit p_limit for no key update skip locked
  loop
    v_due := least(c.updated_at + make_interval(secs => c.idle_timeout_seconds), c.expires_at);
    if v_due > clock_timestamp() then
      update text_conversations set idle_check_at = v_due where id = c.id;
    elsif c.expires_at <= clock_timestamp() then
      if close_conversation(c.id, 'abandoned', 'expired') then v_ended := v_ended + 1; end if;
    else
      if close_conversation(c.id, 'abandoned', 'idle_timeout') then v_ended := v_ended + 1; end if;
    end if;
  end loop;
  return v_ended;
end $$;
alter function end_idle_sessions(integer) owner to parley_jobs;

-- Announces links that have expired, once each.
create function expire_links(p_limit integer) returns integer language plpgsql security definer set search_path = public as $$
declare v_count integer;
begin
  with due as (
    select id from temporary_chat_links where expired_at is null and deleted_at is null and expires_at <= clock_timestamp()
     order by expires_at limit p_limit for no key update skip locked
  ), marked as (
    update temporary_chat_links l set expired_at = clock_timestamp() from due where l.id = due.id returning l.id, l.tenant_id
  ), told as (
    insert into outbox (tenant_id, subject, key, payload)
    select tenant_id, 'links.v1.event.revoked', id::text, jsonb_build_object('linkId', id, 'tenantId', tenant_id) from marked
  )
  select count(*) into v_count from marked;
  return v_count;
end $$;
alter function expire_links(integer) owner to parley_jobs;

-- Ends the live sessions of one link (within the caller's tenant).
create function end_link_sessions(p_link uuid, p_reason text) returns integer language plpgsql as $$
declare v_id uuid; v_ended integer := 0;
begin
  for v_id in select id from text_conversations where link_id = p_link and ended_at is null order by id loop
    if close_conversation(v_id, 'completed', p_reason) then v_ended := v_ended + 1; end if;
  end loop;
  return v_ended;
end $$;

-- The outbox: rows that wait longer than p_older_ms are handed to one relay at a time and marked after the bus has acknowledged them.
create function outbox_due(p_older_ms integer, p_limit integer) returns table (id uuid, subject text, key text, payload jsonb)
language sql security definer set search_path = public as $$
  select id, subject, key, payload from outbox
   where sent_at is null and created_at <= clock_timestamp() - make_interval(secs => p_older_ms / 1000.0)
   order by created_at limit p_limit for update skip locked
$$;
alter function outbox_due(integer, integer) owner to parley_jobs;

create function outbox_sent(p_ids uuid[]) returns void language sql security definer set search_path = public as
$$ update outbox set sent_at = clock_timestamp() where id = any(p_ids) $$;
alter function outbox_sent(uuid[]) owner to parley_jobs;

create function purge_outbox(p_older interval, p_limit integer) returns integer language sql security definer set search_path = public as $$
  with gone as (delete from outbox where id in (select id from outbox where sent_at < clock_timestamp() - p_older limit p_limit) returning 1)
  select count(*)::integer from gone
$$;
alter function purge_outbox(interval, integer) owner to parley_jobs;

create function purge_idempotency_keys(p_older interval, p_limit integer) returns integer language sql security definer set search_path = public as $$
  with gone as (delete from idempotency_keys where (tenant_id, scope, key) in
      (select tenant_id, scope, key from idempotency_keys where created_at < clock_timestamp() - p_older limit p_limit) returning 1)
  select count(*)::integer from gone
$$;
alter function purge_idempotency_keys(interval, integer) owner to parley_jobs;

-- Conversations with a confirmed address whose completed exchanges are p_every or more ahead of their memory.
create function memory_due(p_every integer, p_limit integer) returns table (tenant_id uuid, session_id text)
language sql stable security definer set search_path = public as $$
  select c.tenant_id, c.session_id from text_conversations c left join memory_cursors m on m.conversation_id = c.id
   where c.participant_verified and c.participant ? 'email' and c.total_turns - coalesce(m.summarised_through, 0) >= p_every
     and c.updated_at > clock_timestamp() - interval '7 days' limit p_limit
$$;
alter function memory_due(integer, integer) owner to parley_jobs;

do $$
declare f text;
begin
  -- Functions are executable by everyone by default; the ones that look across tenants are for the two roles alone.
  foreach f in array array['session_tenant(text)', 'link_by_token_id(text)', 'api_token_by_id(text)', 'api_key_by_id(text)', 'tenant_exists(uuid)',
    'session_heads(text[])', 'waiting_sessions(integer, integer)', 'end_idle_sessions(integer)', 'expire_links(integer)', 'outbox_due(integer, integer)',
    'outbox_sent(uuid[])', 'purge_outbox(interval, integer)', 'purge_idempotency_keys(interval, integer)', 'memory_due(integer, integer)']
  loop
    execute format('revoke all on function %s from public', f);
    execute format('grant execute on function %s to parley_app, parley_jobs', f);
  end loop;
end $$;

create index text_conversations_memory on text_conversations (id) where participant_verified;
revoke create on schema public from parley_jobs;
