-- The whole contract of a link: where, how many at once, how much, with what. Limits that count are decided here, in the transaction that
-- creates what they count; what only restricts (places, PIN, consent) is asked by the gateway and the links service.
alter table temporary_chat_links
  add column max_concurrent_sessions integer check (max_concurrent_sessions >= 1),
  add column intro text not null default 'none' check (intro in ('none', 'agent')),
  add column allowed_ips text[] not null default '{}',
  add column allowed_countries text[] not null default '{}',
  add column blocked_countries text[] not null default '{}',
  -- scrypt, with its salt and cost; null = no PIN
  add column pin_hash text,
  add column consent_text text,
  add column starters text[] not null default '{}',
  add column file_uploads jsonb not null default '{"enabled": false}',
  add column proof_of_work text not null default 'adaptive' check (proof_of_work in ('off', 'adaptive', 'always')),
  add column retention_days integer,
  add column source_session_id text,
  add column recipient jsonb;

-- Live sessions of a link are counted when one more is to begin. No turn changes ended_at, so turns stay heap-only updates.
create index text_conversations_link_live on text_conversations (link_id) where link_id is not null and ended_at is null;

-- Budgets ------------------------------------------------------------------------------------------------------------
-- Only links with a budget have a row. used = what committed turns cost; what running turns may still cost is reserved beside it.
create table link_budgets (
  link_id uuid primary key references temporary_chat_links on delete cascade,
  tenant_id uuid not null references tenants,
  max_tokens bigint check (max_tokens > 0),
  -- US dollars
  max_cost numeric(18, 8) check (max_cost > 0),
  -- false = going over is told to the owner, not refused
  hard boolean not null default true,
  tokens_used bigint not null default 0,
  cost_used numeric(18, 8) not null default 0
);
select protect_by_tenant('link_budgets');

-- What one try of a turn holds. It counts while the try holds its session's lease, so a worker that dies gives it back by dying.
create table budget_reservations (
  conversation_id uuid not null references text_conversations on delete cascade,
  seq integer not null,
  fence bigint not null,
  tenant_id uuid not null,
  link_id uuid not null references link_budgets on delete cascade,
  tokens bigint not null,
  cost numeric(18, 8) not null,
  primary key (conversation_id, seq, fence)
);
create index budget_reservations_link on budget_reservations (link_id);
select protect_by_tenant('budget_reservations');

-- Sets, changes or (null) removes the budget of a link; what was used stays counted. The caller is in the tenant.
create function set_link_budget(p_link uuid, p_tenant uuid, p_budget jsonb) returns void language plpgsql as $$
begin
  if p_budget is null or jsonb_typeof(p_budget) = 'null' then
    update link_budgets set max_tokens = null, max_cost = null where link_id = p_link;
    return;
  end if;
  insert into link_budgets (link_id, tenant_id, max_tokens, max_cost, hard)
  values (p_link, p_tenant, (p_budget ->> 'max_tokens')::bigint, (p_budget ->> 'max_cost')::numeric, coalesce((p_budget ->> 'hard')::boolean, true))
  on conflict (link_id) do update set max_tokens = excluded.max_tokens, max_cost = excluded.max_cost, hard = excluded.hard;
end $$;

-- Whether committed turns have used a hard budget up: the early answer. Reserving decides.
create function budget_spent(p_link uuid) returns boolean language plpgsql stable as $$
begin
  return exists (select from link_budgets where link_id = p_link and hard and (tokens_used >= max_tokens or cost_used >= max_cost));
end $$;

-- Reserves what one model call of a running turn may cost at most, in place of what this try had reserved before.
-- p: {tenant_id, conversation_id, seq, fence, spent_tokens, spent_cost (of earlier calls of this try), input_tokens (an upper bound), max_output,
--     min_output (fewer make no sense), input_price, output_price (dollars a token; null = the model has no price)}
-- Answers {status: none (no budget) | granted | busy (held by turns that run; try again) | exhausted | unpriced | fenced, max_output}.
create function reserve_budget(p jsonb) returns json language plpgsql as $$
declare
  v_conversation uuid := (p ->> 'conversation_id')::uuid; v_seq integer := (p ->> 'seq')::int; v_fence bigint := (p ->> 'fence')::bigint;
  v_link uuid; b link_budgets; v_held_tokens bigint; v_held_cost numeric; v_most bigint := (p ->> 'max_output')::bigint;
  v_input bigint := (p ->> 'input_tokens')::bigint; v_output bigint; v_alone bigint; v_in numeric := (p ->> 'input_price')::numeric; v_out numeric := (p ->> 'output_price')::numeric;
begin
  perform enter_tenant((p ->> 'tenant_id')::uuid);
  select link_id into v_link from text_conversations where id = v_conversation and fence = v_fence and status = 'active';
  if not found then return json_build_object('status', 'fenced'); end if;
  -- The row is the queue: calls of one link reserve one after the other.
  select * into b from link_budgets where link_id = v_link for no key update;
  if not found or (b.max_tokens is null and b.max_cost is null) then return json_build_object('status', 'none'); end if;
  if b.max_cost is not null and (v_in is null or v_out is null) and b.hard then return json_build_object('status', 'unpriced'); end if;
  select coalesce(sum(r.tokens), 0), coalesce(sum(r.cost), 0) into v_held_tokens, v_held_cost
    from budget_reservations r join text_conversations c on c.id = r.conversation_id
   where r.link_id = v_link and c.fence = r.fence and c.lease_until > clock_timestamp() and c.done_seq < r.seq
     and not (r.conversation_id = v_conversation and r.seq = v_seq);
  v_alone := least(v_most, b.max_tokens - b.tokens_used - (p ->> 'spent_tokens')::bigint - v_input,
    case when b.max_cost is null then null when v_out = 0 then v_most
         else floor((b.max_cost - b.cost_used - (p ->> 'spent_cost')::numeric - v_input * v_in) / v_out)::bigint end);
  v_output := least(v_alone, b.max_tokens - b.tokens_used - v_held_tokens - (p ->> 'spent_tokens')::bigint - v_input,
    case when b.max_cost is null or v_out = 0 then null
         else floor((b.max_cost - b.cost_used - v_held_cost - (p ->> 'spent_cost')::numeric - v_input * v_in) / v_out)::bigint end);
  if b.hard and v_output < least(v_most, (p ->> 'min_output')::bigint) then
    return json_build_object('status', case when v_alone < least(v_most, (p ->> 'min_output')::bigint) then 'exhausted' else 'busy' end);
  end if;
  if not b.hard then v_output := v_most; end if;
  -- Dead ones are cleared in passing; one that a commit is just removing is left to it, else the two would wait for each other.
  delete from budget_reservations where (conversation_id, seq, fence) in (select r.conversation_id, r.seq, r.fence
    from budget_reservations r join text_conversations c on c.id = r.conversation_id
   where r.link_id = v_link and (c.fence <> r.fence or c.done_seq >= r.seq) limit 20 for update of r skip locked);
  insert into budget_reservations (conversation_id, seq, fence, tenant_id, link_id, tokens, cost)
  values (v_conversation, v_seq, v_fence, b.tenant_id, v_link, (p ->> 'spent_tokens')::bigint + v_input + v_output,
          (p ->> 'spent_cost')::numeric + coalesce(v_input * v_in + v_output * v_out, 0))
  on conflict (conversation_id, seq, fence) do update set tokens = excluded.tokens, cost = excluded.cost;
  return json_build_object('status', 'granted', 'max_output', v_output);
end $$;

-- Files --------------------------------------------------------------------------------------------------------------
-- Bytes live in the database: one place for every replica, under the tenant's policy, and nowhere a web server could hand them out by name.
create table session_files (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  conversation_id uuid not null references text_conversations on delete cascade,
  name text not null,
  -- sniffed, never the one that was claimed
  media_type text not null,
  bytes integer not null,
  sha256 bytea not null,
  -- the turn whose message carries it; null = uploaded, not sent yet
  turn_seq integer,
  complete boolean not null default false,
  created_at timestamptz not null default now()
);
create index session_files_conversation on session_files (conversation_id, created_at);
create table session_file_chunks (
  file_id uuid not null references session_files on delete cascade,
  n integer not null,
  tenant_id uuid not null,
  data bytea not null,
  primary key (file_id, n)
);
select protect_by_tenant('session_files');
select protect_by_tenant('session_file_chunks');
alter table session_turns add column files json;
alter table text_conversation_messages add column files json;

-- Opens a session as before, within the link's budget and its number of sessions at a time.
create or replace function open_session(p json) returns json language plpgsql as $$
declare
  v_tenant uuid := (p ->> 'tenant_id')::uuid;
  v_link uuid := (p -> 'link' ->> 'id')::uuid;
  l temporary_chat_links;
  k idempotency_keys;
  v_key text;
  v_known uuid;
  c text_conversations;
  t session_turns;
begin
  perform enter_tenant(v_tenant);
  -- The inserts wait for a first request that still runs, so exactly one of two equal requests goes on. The signature counts beside the
  -- caller's key: a captured request must not run again under another key.
  foreach v_key in array array_remove(array['sig:' || (p ->> 'signature'), 'key:' || (p ->> 'idem_key')], null) loop
    insert into idempotency_keys (tenant_id, scope, key, fingerprint)
    values (v_tenant, 'session', v_key, coalesce(p ->> 'idem_fingerprint', '')) on conflict do nothing;
    if not found then
      select * into k from idempotency_keys where tenant_id = v_tenant and scope = 'session' and key = v_key;
      if v_key like 'key:%' and k.fingerprint is distinct from p ->> 'idem_fingerprint' then perform fail('idempotency_key_reused'); end if;
      v_known := (k.response ->> 'id')::uuid;
    end if;
  end loop;
  if v_known is not null then
    perform keep_answer(v_tenant, 'session', p, json_build_object('id', v_known));
    select * into c from text_conversations where id = v_known;
    select * into t from session_turns where conversation_id = c.id and seq = 1;
    -- The answer with the first token may be what got lost: the repeat brings a token of its own for the same session.
    if c.link_id = v_link then
      insert into temporary_chat_sessions (id, tenant_id, link_id, conversation_id, token_id, token_hash)
      values ((p -> 'link' ->> 'token_row_id')::uuid, v_tenant, v_link, c.id, p -> 'link' ->> 'token_id', decode(p -> 'link' ->> 'token_hash', 'hex'));
    end if;
    return json_build_object('session', session_json(c), 'turn', turn_state(t), 'replayed', true, 'is_active_version', c.is_active_version);
  end if;
  if v_link is not null then
    -- A crowd before a full link is sent away without queueing for the row's lock; the guarded update below decides.
    if exists (select from temporary_chat_links where id = v_link and is_active and deleted_at is null
               and (expires_at is null or expires_at > clock_timestamp()) and sessions_used >= max_sessions) then perform fail('sessions_exhausted'); end if;
    update temporary_chat_links set sessions_used = sessions_used + 1, last_used_at = clock_timestamp()
     where id = v_link and is_active and deleted_at is null and (expires_at is null or expires_at > clock_timestamp())
       and sessions_used < max_sessions
     returning * into l;
    if not found then
      select * into l from temporary_chat_links where id = v_link and is_active and deleted_at is null;
      if not found then perform fail('link_unavailable'); end if;
      if l.expires_at <= clock_timestamp() then perform fail(case when l.friendly_errors then 'link_expired' else 'link_unavailable' end); end if;
      perform fail('sessions_exhausted');
    end if;
    if budget_spent(v_link) then perform fail('budget_exhausted'); end if;
    -- Under the lock of the link's row, so two that begin at once see each other.
    if l.max_concurrent_sessions is not null and (select count(*) from text_conversations live where live.link_id = v_link and live.ended_at is null
        and (live.expires_at is null or live.expires_at > clock_timestamp())
        and live.updated_at + make_interval(secs => live.idle_timeout_seconds) > clock_timestamp()) >= l.max_concurrent_sessions then
      perform fail('concurrent_sessions_exhausted');
    end if;
  end if;
  insert into text_conversations (id, session_id, tenant_id, agent_id, agent_version, is_active_version, link_id, participant,
      participant_verified, metadata, link_policy, max_messages, idle_timeout_seconds, expires_at, next_seq, idle_check_at, created_at, updated_at)
  values ((p ->> 'id')::uuid, p ->> 'session_id', v_tenant, (p ->> 'agent_id')::uuid, (p ->> 'agent_version')::int,
      (p ->> 'is_active_version')::boolean, v_link, coalesce(p -> 'participant', '{}')::jsonb, (p ->> 'participant_verified')::boolean,
      coalesce(p -> 'metadata', '{}')::jsonb, coalesce(p -> 'link' -> 'policy', '{}')::jsonb, l.max_messages_per_session,
      coalesce(l.session_timeout_minutes * 60, (p ->> 'idle_timeout_seconds')::int), l.expires_at, 1,
      least(clock_timestamp() + make_interval(secs => coalesce(l.session_timeout_minutes * 60, (p ->> 'idle_timeout_seconds')::int)), l.expires_at),
      -- whole milliseconds, so that a list cursor made of the public time finds its place again
      date_trunc('milliseconds', clock_timestamp()), clock_timestamp())
  returning * into c;
  insert into session_turns (conversation_id, seq, tenant_id, kind, reply_to) values (c.id, 1, v_tenant, 'open', p ->> 'reply_to') returning * into t;
  if v_link is not null then
    insert into temporary_chat_sessions (id, tenant_id, link_id, conversation_id, token_id, token_hash, consent_at)
    values ((p -> 'link' ->> 'token_row_id')::uuid, v_tenant, v_link, c.id, p -> 'link' ->> 'token_id',
            decode(p -> 'link' ->> 'token_hash', 'hex'), case when (p ->> 'consent')::boolean then clock_timestamp() end);
  end if;
  perform keep_answer(v_tenant, 'session', p, json_build_object('id', c.id));
  insert into outbox (tenant_id, subject, key, payload)
  values (v_tenant, 'sessions.v1.event.started', c.session_id,
          jsonb_build_object('tenantId', v_tenant, 'sessionId', c.session_id, 'conversationId', c.id));
  return json_build_object('session', session_json(c), 'turn', turn_state(t), 'replayed', false, 'is_active_version', c.is_active_version);
end $$;

-- Accepts messages as before; a used-up budget is refused, and a message may carry files that were uploaded before.
-- items as before, with files: [id].
create or replace function accept_messages(items jsonb) returns setof json language plpgsql as $$
declare
  r record; item jsonb; v_tenant uuid; v_id uuid; v_code text;
  c text_conversations; t session_turns; v_time timestamptz; v_payload json; v_files json; v_ids uuid[]; v_found integer;
begin
  -- Accept and commit lock many conversations each; the one order (conversation id) keeps them from waiting for each other in a ring.
  for r in select value as item, a.* from jsonb_array_elements(items), lateral try_access(value -> 'access') a order by a.o_id, (value ->> 'i')::int
  loop
    item := r.item; v_id := r.o_id; v_tenant := r.o_tenant;
    if r.o_error is not null then return next json_build_object('i', item -> 'i', 'error', r.o_error); continue; end if;
    perform enter_tenant(v_tenant);
    select * into c from text_conversations where id = v_id for no key update;

    select * into t from session_turns where conversation_id = v_id and client_message_id = item ->> 'client_message_id';
    v_code := case when found and t.content is distinct from item ->> 'content' then 'idempotency_key_reused' end;
    if not found then
      select * into t from session_turns where conversation_id = v_id and idem_key = item ->> 'idem_key';
      v_code := case when found and t.idem_fingerprint is distinct from item ->> 'idem_fingerprint' then 'idempotency_key_reused' end;
    end if;
    if v_code is not null then return next json_build_object('i', item -> 'i', 'error', v_code); continue; end if;
    if not found then
      select * into t from session_turns where conversation_id = v_id and signature = item ->> 'signature';
    end if;
    if found then
      return next json_build_object('i', item -> 'i', 'replayed', true, 'turn', turn_state(t), 'session_id', c.session_id, 'conversation_id', c.id, 'tenant_id', v_tenant,
        'messages_used', c.messages_used, 'max_messages', c.max_messages, 'expires_at', iso(c.expires_at));
      continue;
    end if;

    v_time := clock_timestamp();
    v_code := case
      when c.status <> 'active' then 'session_ended'
      when c.expires_at <= v_time or c.updated_at + make_interval(secs => c.idle_timeout_seconds) <= v_time then 'session_expired'
      when c.link_id is not null and not exists (select from temporary_chat_links l where l.id = c.link_id and l.is_active
           and l.deleted_at is null and (l.expires_at is null or l.expires_at > v_time)) then 'link_unavailable'
      when c.link_id is not null and budget_spent(c.link_id) then 'budget_exhausted'
      when c.messages_used >= c.max_messages then 'messages_exhausted'
      when c.next_seq - c.done_seq >= 11 then 'too_many_pending' end;
    if v_code is not null then return next json_build_object('i', item -> 'i', 'error', v_code); continue; end if;

    v_files := null;
    if item -> 'files' <> '[]' then
      select array_agg(value::uuid) into v_ids from jsonb_array_elements_text(item -> 'files');
      -- Each file is sent once, by the conversation that uploaded it.
      update session_files set turn_seq = c.next_seq + 1 where id = any(v_ids) and conversation_id = v_id and turn_seq is null and complete;
      get diagnostics v_found = row_count;
      if v_found <> cardinality(v_ids) then
        update session_files set turn_seq = null where id = any(v_ids) and conversation_id = v_id and turn_seq = c.next_seq + 1;
        return next json_build_object('i', item -> 'i', 'error', 'file_not_found');
        continue;
      end if;
      select json_agg(json_build_object('id', f.id, 'name', f.name, 'media_type', f.media_type, 'bytes', f.bytes) order by o) into v_files
        from unnest(v_ids) with ordinality u(id, o) join session_files f on f.id = u.id;
    end if;

    update text_conversations set next_seq = next_seq + 1, messages_used = messages_used + 1, event_offset = event_offset + 1, updated_at = v_time
     where id = v_id returning * into c;
    insert into session_turns (conversation_id, seq, tenant_id, kind, content, client_message_id, idem_key, idem_fingerprint, signature, reply_to, files, created_at)
    values (v_id, c.next_seq, v_tenant, 'message', item ->> 'content', item ->> 'client_message_id', item ->> 'idem_key',
            item ->> 'idem_fingerprint', item ->> 'signature', item ->> 'reply_to', v_files, v_time) returning * into t;
    v_payload := json_build_object('turn_id', v_id || '.' || t.seq, 'role', 'user', 'content', t.content, 'client_message_id', t.client_message_id);
    if v_files is not null then v_payload := (v_payload::jsonb || jsonb_build_object('files', v_files))::json; end if;
    insert into session_events (conversation_id, event_offset, tenant_id, type, payload, created_at)
    values (v_id, c.event_offset, v_tenant, 'message', v_payload, v_time);
    return next json_build_object('i', item -> 'i', 'replayed', false, 'turn', turn_state(t), 'session_id', c.session_id, 'conversation_id', c.id, 'tenant_id', v_tenant,
      'messages_used', c.messages_used, 'max_messages', c.max_messages, 'expires_at', iso(c.expires_at),
      'event', json_build_object('offset', c.event_offset, 'type', 'message', 'payload', v_payload, 'created_at', iso(v_time)));
  end loop;
end $$;

create or replace function pending_turns(p_conversation uuid, p_done integer) returns json language plpgsql stable as $$
begin
  return (select coalesce(json_agg(json_build_object('seq', seq, 'kind', kind, 'content', content, 'client_message_id', client_message_id,
           'reply_to', reply_to, 'files', files, 'created_at', iso(created_at)) order by seq), '[]')
    from session_turns where conversation_id = p_conversation and seq > p_done and status = 'pending');
end $$;

-- Commits as before, and charges what a turn with a reservation has really used: once, because only one commit of a turn passes the fence.
-- items as before, with spent: {link_id, tokens, cost} of a turn that reserved.
create or replace function commit_turns(items jsonb) returns setof json language plpgsql as $$
declare item jsonb; r json; s record; v_spent jsonb := '[]';
begin
  for item in select value from jsonb_array_elements(items) order by (value ->> 'conversation_id')::uuid
  loop
    perform enter_tenant((item ->> 'tenant_id')::uuid);
    if item ->> 'failed' is null then r := commit_turn(item); else r := fail_turn(item); end if;
    if r ->> 'outcome' = 'committed' and jsonb_typeof(item -> 'spent') = 'object' then
      delete from budget_reservations where conversation_id = (item ->> 'conversation_id')::uuid and seq <= (item ->> 'seq')::int;
      v_spent := v_spent || jsonb_build_array((item -> 'spent') || jsonb_build_object('tenant_id', item -> 'tenant_id'));
    end if;
    return next r;
  end loop;
  -- After the conversations, and in one order, so that two batches never wait for each other in a ring.
  for s in select (value ->> 'link_id')::uuid as link_id, (value ->> 'tenant_id')::uuid as tenant_id, sum((value ->> 'tokens')::bigint) as tokens,
                  sum((value ->> 'cost')::numeric) as cost from jsonb_array_elements(v_spent) group by 1, 2 order by 1
  loop
    perform enter_tenant(s.tenant_id);
    update link_budgets set tokens_used = tokens_used + s.tokens, cost_used = cost_used + coalesce(s.cost, 0) where link_id = s.link_id;
  end loop;
end $$;

create or replace function commit_turn(item jsonb) returns json language plpgsql as $$
declare
  c text_conversations; v_now timestamptz := clock_timestamp(); v_seq integer := (item ->> 'seq')::int;
  v_user jsonb := case when jsonb_typeof(item -> 'user') = 'object' then item -> 'user' end;
  v_parts integer := jsonb_array_length(item -> 'messages'); v_notices integer := coalesce(jsonb_array_length(item -> 'notices'), 0); v_moves integer := jsonb_array_length(item -> 'transitions');
  v_messages integer := jsonb_array_length(item -> 'messages') + (case when jsonb_typeof(item -> 'user') = 'object' then 1 else 0 end);
  v_events json; v_changes boolean := item -> 'variables' <> '{}'; v_result json := item ->> 'result'; v_first integer;
begin
  update text_conversations set
      state = item -> 'state', node_id = item ->> 'node_id', node_name = item ->> 'node_name',
      node_entered_at = case when (item ->> 'node_changed')::boolean then v_now else node_entered_at end,
      collected_data = collected_data || (item -> 'variables'),
      total_turns = (item ->> 'turn_number')::int, total_transitions = total_transitions + v_moves,
      message_sequence = message_sequence + v_messages,
      event_offset = event_offset + v_moves + v_parts + v_notices + 1,
      done_seq = v_seq, committed_fence = fence, updated_at = v_now,
      lease_until = case when next_seq = v_seq then null else v_now + make_interval(secs => (item ->> 'lease_ms')::int / 1000.0) end
   where id = (item ->> 'conversation_id')::uuid and fence = (item ->> 'fence')::bigint and done_seq = v_seq - 1 and status = 'active'
   returning * into c;
  if not found then return json_build_object('i', item -> 'i', 'outcome', 'fenced'); end if;

  if v_messages > 0 then
    insert into text_conversation_messages (conversation_id, tenant_id, sequence, turn_seq, role, content, node_id, node_name, client_message_id, files, created_at)
    select c.id, c.tenant_id, c.message_sequence - v_messages + n, v_seq, role, content, node_id, node_name, client_message_id, files, at
      from (select 1 as n, 'user' as role, v_user ->> 'content' as content, null as node_id, null as node_name,
                   v_user ->> 'client_message_id' as client_message_id, (nullif(v_user -> 'files', 'null'))::json as files, (v_user ->> 'created_at')::timestamptz as at where v_user is not null
            union all
            select ordinality::int + (v_messages - v_parts), 'assistant', value ->> 'content', value ->> 'node_id', value ->> 'node_name', null, null, v_now
              from jsonb_array_elements(item -> 'messages') with ordinality) m;
  end if;
  if v_moves > 0 then
    insert into text_conversation_transitions (conversation_id, tenant_id, sequence, turn_seq, from_node, from_node_name, to_node, to_node_name, condition, created_at)
    select c.id, c.tenant_id, c.total_transitions - v_moves + ordinality, v_seq, value ->> 'from_node', value ->> 'from_node_name',
           value ->> 'to_node', value ->> 'to_node_name', value ->> 'condition', v_now
      from jsonb_array_elements(item -> 'transitions') with ordinality;
  end if;
  if v_changes then
  insert into text_conversation_variables (conversation_id, name, tenant_id, value, node_id, turn_seq, updated_at)
  select c.id, key, c.tenant_id, value, item ->> 'node_id', v_seq, v_now from jsonb_each(item -> 'variables')
  on conflict (conversation_id, name) do update set value = excluded.value, node_id = excluded.node_id, turn_seq = excluded.turn_seq, updated_at = excluded.updated_at;
  end if;

  -- Events of the turn: transitions, messages, notices, then the one that closes the turn.
  v_first := c.event_offset - v_moves - v_parts - v_notices;
  with e as (
    select v_first - 1 + ordinality as event_offset, 'transition' as type, value::json as payload from jsonb_array_elements(item -> 'transitions') with ordinality
    union all
    select v_first - 1 + v_moves + ordinality, 'message',
           json_build_object('turn_id', c.id || '.' || v_seq, 'role', 'assistant', 'part', ordinality - 1, 'content', value ->> 'content',
                             'node_id', value ->> 'node_id', 'node_name', value ->> 'node_name')
      from jsonb_array_elements(item -> 'messages') with ordinality
    union all
    select v_first - 1 + v_moves + v_parts + ordinality, value ->> 'type', (value -> 'payload')::json from jsonb_array_elements(coalesce(item -> 'notices', '[]')) with ordinality
    union all
    select c.event_offset, 'turn',
           json_build_object('turn_id', c.id || '.' || v_seq, 'status', 'done', 'node_id', c.node_id, 'node_name', c.node_name, 'session_ended', (item ->> 'ended')::boolean,
             'message_count', c.messages_used, 'remaining_messages', c.max_messages - c.messages_used, 'expires_at', iso(c.expires_at),
             'extracted_variables', item -> 'variables')
  ), written as (
    insert into session_events (conversation_id, event_offset, tenant_id, type, payload, created_at)
    select c.id, event_offset, c.tenant_id, type, payload, v_now from e
  )
  select json_agg(json_build_object('offset', event_offset, 'type', type, 'payload', payload, 'created_at', iso(v_now)) order by event_offset) into v_events from e;

  update session_turns set status = 'done', result = v_result, trace = (item ->> 'trace')::json, done_at = v_now where conversation_id = c.id and seq = v_seq;
  if (item ->> 'ended')::boolean then perform close_conversation(c.id, 'completed', 'workflow_ended'); end if;
  return json_build_object('i', item -> 'i', 'outcome', 'committed', 'more', c.next_seq > v_seq and not (item ->> 'ended')::boolean,
    'head', c.event_offset + (case when (item ->> 'ended')::boolean then 1 else 0 end), 'events', v_events, 'conversation_id', c.id);
end $$;

create or replace function fail_turn(item jsonb) returns json language plpgsql as $$
declare
  c text_conversations; v_now timestamptz := clock_timestamp(); v_seq integer := (item ->> 'seq')::int; v_events json;
  v_open boolean := item ->> 'kind' = 'open';
begin
  update text_conversations set done_seq = v_seq, committed_fence = fence, updated_at = v_now,
      messages_used = messages_used - (case when v_open then 0 else 1 end),
      message_sequence = message_sequence + (case when v_open then 0 else 1 end), event_offset = event_offset + 1,
      lease_until = case when next_seq = v_seq then null else v_now + make_interval(secs => (item ->> 'lease_ms')::int / 1000.0) end
   where id = (item ->> 'conversation_id')::uuid and fence = (item ->> 'fence')::bigint and done_seq = v_seq - 1 and status = 'active'
   returning * into c;
  if not found then return json_build_object('i', item -> 'i', 'outcome', 'fenced'); end if;
  if not v_open then
    insert into text_conversation_messages (conversation_id, tenant_id, sequence, turn_seq, role, content, client_message_id, files, status, created_at)
    values (c.id, c.tenant_id, c.message_sequence, v_seq, 'user', item -> 'user' ->> 'content', item -> 'user' ->> 'client_message_id', (nullif(item -> 'user' -> 'files', 'null'))::json, 'failed',
            (item -> 'user' ->> 'created_at')::timestamptz);
  end if;
  insert into session_events (conversation_id, event_offset, tenant_id, type, payload, created_at)
  values (c.id, c.event_offset, c.tenant_id, 'error', json_build_object('turn_id', c.id || '.' || v_seq, 'code', item ->> 'failed',
          'message_count', c.messages_used, 'remaining_messages', c.max_messages - c.messages_used), v_now)
  returning json_build_array(json_build_object('offset', event_offset, 'type', type, 'payload', payload, 'created_at', iso(v_now))) into v_events;
  update session_turns set status = 'failed', error_code = item ->> 'failed', trace = (item ->> 'trace')::json, done_at = v_now where conversation_id = c.id and seq = v_seq;
  if item ->> 'dead' is not null then
    insert into dead_turns (conversation_id, seq, tenant_id, reason) values (c.id, v_seq, c.tenant_id, item ->> 'dead');
  end if;
  if v_open then
    update temporary_chat_links set sessions_used = sessions_used - 1 where id = c.link_id and sessions_used > 0;
    perform close_conversation(c.id, 'error', item ->> 'failed');
  end if;
  return json_build_object('i', item -> 'i', 'outcome', 'committed', 'more', c.next_seq > v_seq and not v_open,
    'head', c.event_offset + (case when v_open then 1 else 0 end), 'events', v_events, 'conversation_id', c.id);
end $$;

create or replace function read_history(p_access jsonb, p_limit integer, p_before integer) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access); v_since timestamptz; v_page json; v_first integer; v_pending json := '[]';
begin
  select created_at into v_since from text_conversations where id = v_id;
  select coalesce(json_agg(json_build_object('id', id, 'sequence', sequence, 'turn_id', v_id || '.' || turn_seq, 'role', role, 'content', content,
           'node_id', node_id, 'node_name', node_name, 'client_message_id', client_message_id, 'status', status, 'files', files, 'created_at', iso(created_at))
           order by sequence), '[]'), min(sequence)
    into v_page, v_first
    from (select * from text_conversation_messages where conversation_id = v_id and created_at >= v_since and (p_before is null or sequence < p_before)
           order by sequence desc limit p_limit) m;
  if p_before is null then
    select coalesce(json_agg(json_build_object('id', v_id || '.' || seq, 'sequence', 0, 'turn_id', v_id || '.' || seq, 'role', 'user', 'content', content,
             'node_id', null, 'node_name', null, 'client_message_id', client_message_id, 'status', 'pending', 'files', files, 'created_at', iso(created_at)) order by seq), '[]')
      into v_pending from session_turns where conversation_id = v_id and status = 'pending' and kind = 'message';
  end if;
  return json_build_object('data', v_page, 'pending', v_pending, 'first', v_first);
end $$;
