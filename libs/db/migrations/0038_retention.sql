-- Content of sessions goes some time after their end; what stays is a husk with the numbers. docs/sessions.md says what goes and when.

-- purge_at: when the content is to go; null = by the default of the cleanup service, counted from ended_at. purged_at: when it went.
-- kept_usage: what the turns had used, {input_tokens, output_tokens, cost}. visitor_mark: tells the visitors of one link apart when they are
-- counted, without saying who they were. No turn changes any of them, so turns stay heap-only updates.
alter table text_conversations
  add column purge_at timestamptz,
  add column purged_at timestamptz,
  add column kept_usage jsonb,
  add column visitor_mark text;
create index text_conversations_purge_at on text_conversations (purge_at) where purge_at is not null and purged_at is null;
create index text_conversations_purge_default on text_conversations (ended_at) where ended_at is not null and purge_at is null and purged_at is null;
create index text_conversations_link_content on text_conversations (link_id) where link_id is not null and ended_at is not null and purged_at is null;

-- retention_changed_at: sessions of the link have yet to be given their new time, or the link was deleted and its content is going;
-- retention_check_at: when the job looks next. visitor_salt: of visitor_mark; a new one makes the marks that are there mean nothing.
alter table temporary_chat_links
  add column retention_changed_at timestamptz,
  add column retention_check_at timestamptz,
  add column visitor_salt uuid not null default gen_random_uuid();
create index temporary_chat_links_retention on temporary_chat_links (retention_check_at) where retention_check_at is not null;

create function visitor_mark(p_salt uuid, p_person text) returns text language sql immutable parallel safe as
$$ select encode(sha256(convert_to(p_salt || ':' || p_person, 'UTF8')), 'hex') $$;

-- When the content of a session is to go by what its link says; null = the link says nothing.
create function own_purge_time(p_deleted timestamptz, p_days integer, p_ended timestamptz) returns timestamptz language sql immutable as
$$ select case when p_deleted is not null then p_ended else p_ended + make_interval(hours => 24 * p_days) end $$;

-- Fires where an end is written and nowhere else: statements of turns do not name the column.
create function note_purge_time() returns trigger language plpgsql as $$
begin
  if new.link_id is not null then
    select own_purge_time(l.deleted_at, l.retention_days, new.ended_at) into new.purge_at from temporary_chat_links l where l.id = new.link_id;
  end if;
  return new;
end $$;
create trigger note_purge_time before update of ended_at on text_conversations for each row
  when (old.ended_at is null and new.ended_at is not null) execute function note_purge_time();

create function note_retention_change() returns trigger language plpgsql as $$
begin
  new.retention_changed_at := clock_timestamp();
  new.retention_check_at := new.retention_changed_at;
  return new;
end $$;
create trigger note_retention_change before update of retention_days, deleted_at on temporary_chat_links for each row
  when ((old.retention_days, old.deleted_at) is distinct from (new.retention_days, new.deleted_at)) execute function note_retention_change();

-- Gives the ended sessions of links whose retention has changed their new time, and lets deleted links go when none of their sessions has
-- content any more. A link keeps its mark for a minute, so that a session which was just ending under the old time is found too.
-- Answers how many sessions and links were looked at and had something to be done.
create function date_retention(p_limit integer) returns integer language plpgsql security definer set search_path = public as $$
declare l temporary_chat_links; v_count integer := 0; v_round integer;
begin
  for l in select * from temporary_chat_links where retention_check_at <= clock_timestamp() order by retention_check_at limit p_limit for no key update skip locked
  loop
    update text_conversations set purge_at = own_purge_time(l.deleted_at, l.retention_days, ended_at) where id in (
      select id from text_conversations where link_id = l.id and ended_at is not null and purged_at is null
         and purge_at is distinct from own_purge_time(l.deleted_at, l.retention_days, ended_at) limit p_limit - v_count for no key update skip locked);
    get diagnostics v_round = row_count;
    v_count := v_count + v_round;
    exit when v_count >= p_limit;
    if l.retention_changed_at > clock_timestamp() - interval '1 minute'
      or exists (select from text_conversations where link_id = l.id and purged_at is null
                    and (l.deleted_at is not null or (ended_at is not null and purge_at is distinct from own_purge_time(l.deleted_at, l.retention_days, ended_at)))) then
      update temporary_chat_links set retention_check_at = clock_timestamp() + interval '1 minute' where id = l.id;
    elsif l.deleted_at is null then
      update temporary_chat_links set retention_changed_at = null, retention_check_at = null where id = l.id;
    else
      -- Whom it was for, and who asked for a code: nobody can come back for them.
      update temporary_chat_links set retention_changed_at = null, retention_check_at = null, recipient = null, metadata = '{}',
             source_session_id = null, token_sealed = null, pin_hash = null, visitor_salt = gen_random_uuid() where id = l.id;
      delete from link_verifications where link_id = l.id;
      delete from link_pin_tries where link_id = l.id;
    end if;
    v_count := v_count + 1;
  end loop;
  return v_count;
end $$;

-- Takes the content of up to p_limit ended sessions whose time has come. p_default_days: how long sessions are kept for which no link says
-- otherwise; null = for ever. Idempotent: a purged session is never looked at again. No turn waits for it: what has ended has none.
-- Answers how many sessions were looked at, how many were purged, and which of them ended so recently that their live stream may still be there.
create function purge_sessions(p_default_days integer, p_limit integer) returns table (looked integer, purged integer, recent text[])
language plpgsql security definer set search_path = public as $$
declare v_now timestamptz := clock_timestamp(); v_held uuid[]; v_more uuid[]; v_ids uuid[];
begin
  select coalesce(array_agg(id), '{}') into v_held from (select id from text_conversations
    where purge_at <= v_now and purged_at is null and ended_at is not null order by purge_at limit p_limit for no key update skip locked) own;
  if p_default_days is not null and cardinality(v_held) < p_limit then
    select coalesce(array_agg(id), '{}') into v_more from (select id from text_conversations
      where purge_at is null and purged_at is null and ended_at <= v_now - make_interval(hours => 24 * p_default_days)
      order by ended_at limit p_limit - cardinality(v_held) for no key update skip locked) rest;
    v_held := v_held || v_more;
  end if;
  looked := cardinality(v_held);
  -- The link has the last word: it may have been given more days since the session's time was noted.
  with dated as (
    select c.id, c.ended_at, own_purge_time(l.deleted_at, l.retention_days, c.ended_at) as own
      from text_conversations c left join temporary_chat_links l on l.id = c.link_id where c.id = any(v_held)
  ), judged as (
    select id, own, coalesce(coalesce(own, ended_at + make_interval(hours => 24 * p_default_days)) <= v_now, false) as due from dated
  ), put_off as (
    update text_conversations c set purge_at = j.own from judged j where c.id = j.id and not j.due
  )
  select coalesce(array_agg(id), '{}') into v_ids from judged where due;
  purged := cardinality(v_ids);
  if purged > 0 then perform remove_content(v_ids); end if;
  select coalesce(array_agg(session_id), '{}') into recent from text_conversations where id = any(v_ids) and ended_at > v_now - interval '1 hour';
  return next;
end $$;

-- Removes what was said, done and noted in conversations that have ended; the caller holds their rows and has lifted the bounds of tenants.
create function remove_content(p_ids uuid[]) returns void language plpgsql as $$
declare v_since timestamptz; v_now timestamptz := clock_timestamp();
begin
  select min(created_at) into v_since from text_conversations where id = any(p_ids);
  -- Who stands behind it, while it is still known.
  delete from dev_mail m using text_conversations c
   where c.id = any(p_ids) and m.tenant_id = c.tenant_id and lower(m.recipient) = c.participant_email and m.created_at <= c.ended_at;
  delete from link_verifications v using text_conversations c
   where c.id = any(p_ids) and v.link_id = c.link_id and v.address_hash = c.participant_hash and v.expires_at < v_now;
  delete from idempotency_keys k using text_conversations c
   where c.id = any(p_ids) and k.tenant_id = c.tenant_id and k.scope in ('end:' || c.id, 'extend:' || c.id);
  delete from idempotency_keys k using escalations e where e.conversation_id = any(p_ids) and k.tenant_id = e.tenant_id and k.scope = 'human:' || e.id;
  -- Only those of the last day can be there: a repeated opening must not find a session without its first answer.
  delete from idempotency_keys k using text_conversations c
   where c.id = any(p_ids) and c.created_at > v_now - interval '25 hours' and k.tenant_id = c.tenant_id and k.scope = 'session' and k.response ->> 'id' = c.id::text;

  update text_conversations c set purged_at = v_now,
         kept_usage = coalesce((select s.totals::jsonb from spent_turns(c.id, c.next_seq) s order by s.seq desc limit 1), '{"input_tokens": 0, "output_tokens": 0, "cost": 0}'),
         visitor_mark = (select visitor_mark(l.visitor_salt, case when c.participant_verified then coalesce(c.participant_hash, c.participant_email) else c.participant_identifier end)
                           from temporary_chat_links l where l.id = c.link_id and l.deleted_at is null),
         state = null, collected_data = '{}', participant = '{}', participant_hash = null, metadata = '{}', link_policy = '{}',
         operator_name = null, handover_summary = null
   where c.id = any(p_ids);

  delete from text_conversation_messages where conversation_id = any(p_ids) and created_at >= v_since;
  delete from text_conversation_transitions where conversation_id = any(p_ids) and created_at >= v_since;
  delete from session_events where conversation_id = any(p_ids) and created_at >= v_since;
  delete from text_conversation_variables where conversation_id = any(p_ids);
  delete from dead_turns where conversation_id = any(p_ids);
  delete from session_files where conversation_id = any(p_ids);
  delete from message_ratings where conversation_id = any(p_ids);
  delete from action_webhooks where conversation_id = any(p_ids);
  delete from budget_reservations where conversation_id = any(p_ids);
  -- When turns were accepted and answered, and which failed, is what the numbers of a link are counted from.
  update session_turns set content = '', client_message_id = null, idem_key = null, idem_fingerprint = null, signature = null, reply_to = null,
         result = null, trace = null, files = null where conversation_id = any(p_ids);
  update session_feedback set text = null where conversation_id = any(p_ids);
  update escalations set reason = null, summary = null, metadata = '{}', assigned_name = null, assigned_to = case when status = 'resolved' then null else assigned_to end
   where conversation_id = any(p_ids);
  update session_analyses set answers = null, unanswered = '{}', status = case when status = 'pending' then 'skipped' else status end,
         ended_at = coalesce(ended_at, v_now) where conversation_id = any(p_ids);
  delete from webhook_deliveries where conversation_id = any(p_ids) and ended_at is not null;
  -- Who waits for the fact still hears of it, without the content. The new id makes an attempt that is under way settle nothing: it would
  -- write back what it holds.
  update webhook_deliveries d set id = gen_random_uuid(), attempts = 0, claimed_until = null, data_sealed = null, response_body = null,
         data = (select webhook_session(c) || jsonb_build_object('purged_at', iso(v_now)) from text_conversations c where c.id = d.conversation_id)
           || case when d.type like 'escalation.%' then coalesce((select jsonb_build_object('escalation', jsonb_build_object('escalation_id', o.payload -> 'escalationId',
                'status', o.payload -> 'status', 'source', o.payload -> 'source', 'outcome', o.payload -> 'outcome')) from outbox o where o.id = d.event_id), '{}') else '{}' end
   where d.conversation_id = any(p_ids);
end $$;

grant create on schema public to parley_jobs;
do $$
declare f text;
begin
  foreach f in array array['date_retention(integer)', 'purge_sessions(integer, integer)'] loop
    execute format('alter function %s owner to parley_jobs', f);
    execute format('revoke all on function %s from public', f);
    execute format('grant execute on function %s to parley_app, parley_jobs', f);
  end loop;
end $$;
revoke create on schema public from parley_jobs;
revoke all on function remove_content(uuid[]) from public;
grant execute on function remove_content(uuid[]) to parley_jobs;

-- Reading -----------------------------------------------------------------------------------------------------------------
-- As resolve_access(), for what shows content. Owners are told why there is none; to a visitor the session is simply over.
create function resolve_content(p_access jsonb) returns uuid language plpgsql as $$
declare v_id uuid := resolve_access(p_access);
begin
  if exists (select from text_conversations where id = v_id and purged_at is not null) then
    perform fail(case when p_access ->> 'session_id' is null then 'session_ended' else 'content_removed' end);
  end if;
  return v_id;
end $$;

-- As before, and what is left to tell of a session without content: when it went, and what its turns had used.
create or replace function session_json(c text_conversations) returns json language sql stable as $$
  select json_build_object(
    'session_id', c.session_id, 'conversation_id', c.id, 'status', c.status, 'node_id', c.node_id, 'node_name', c.node_name,
    'turns', c.total_turns, 'transition_count', c.total_transitions, 'collected_data', c.collected_data,
    'created_at', iso(c.created_at), 'updated_at', iso(c.updated_at), 'ended_at', iso(c.ended_at), 'end_reason', c.end_reason,
    'expires_at', iso(c.expires_at), 'remaining_messages', c.max_messages - c.messages_used, 'message_count', c.messages_used,
    'agent_config_version', c.agent_version, 'metadata', c.metadata, 'tenant_id', c.tenant_id, 'agent_id', c.agent_id, 'link_id', c.link_id,
    'last_event_offset', c.event_offset, 'epoch', c.epoch, 'handled_by', c.handled_by, 'operator_name', c.operator_name,
    'idle_timeout_seconds', c.idle_timeout_seconds, 'idle_expires_at', iso(c.updated_at + make_interval(secs => c.idle_timeout_seconds)),
    'participant', c.participant, 'participant_verified', c.participant_verified,
    'purged_at', iso(c.purged_at), 'usage', c.kept_usage)
$$;

-- As before, while there is content.
create or replace function read_history(p_access jsonb, p_limit integer, p_before integer) returns json language plpgsql as $$
declare v_id uuid := resolve_content(p_access); v_since timestamptz; v_page json; v_first integer; v_pending json := '[]';
begin
  select created_at into v_since from text_conversations where id = v_id;
  select coalesce(json_agg(json_build_object('id', id, 'sequence', sequence, 'turn_id', v_id || '.' || turn_seq || case when author = 'human' then 'h' || sequence else '' end,
           'role', role, 'content', content,
           'node_id', node_id, 'node_name', node_name, 'client_message_id', client_message_id, 'status', status, 'files', files, 'rating', rating,
           'finish_reason', finish_reason, 'author', author, 'author_name', author_name, 'created_at', iso(created_at))
           order by sequence), '[]'), min(sequence)
    into v_page, v_first
    from (select m.*, r.rating, case when m.role = 'assistant' and m.author is null then (select t.result ->> 'finish_reason' from session_turns t
                   where t.conversation_id = v_id and t.seq = m.turn_seq and t.stop_requested_at is not null) end as finish_reason
            from text_conversation_messages m left join message_ratings r on r.conversation_id = v_id and r.message_id = m.id
           where m.conversation_id = v_id and m.created_at >= v_since and (p_before is null or m.sequence < p_before)
           order by m.sequence desc limit p_limit) m;
  if p_before is null then
    select coalesce(json_agg(json_build_object('id', v_id || '.' || seq, 'sequence', 0, 'turn_id', v_id || '.' || seq, 'role', 'user', 'content', content,
             'node_id', null, 'node_name', null, 'client_message_id', client_message_id, 'status', 'pending', 'files', files, 'created_at', iso(created_at)) order by seq), '[]')
      into v_pending from session_turns where conversation_id = v_id and status = 'pending' and kind = 'message';
  end if;
  return json_build_object('data', v_page, 'pending', v_pending, 'first', v_first);
end $$;

-- As before, while there is content; who watches a session reads through this too.
create or replace function read_events(p_access jsonb, p_after integer, p_limit integer) returns json language plpgsql as $$
declare v_id uuid := resolve_content(p_access); c text_conversations;
begin
  select * into c from text_conversations where id = v_id;
  return json_build_object('sessionId', c.session_id, 'epoch', c.epoch, 'head', c.event_offset, 'status', c.status,
    'now', iso(clock_timestamp()), 'expiresAt', iso(c.expires_at), 'endReason', c.end_reason,
    'idleTimeoutSeconds', c.idle_timeout_seconds, 'idleExpiresAt', iso(c.updated_at + make_interval(secs => c.idle_timeout_seconds)), 'events',
    (select coalesce(json_agg(json_build_object('offset', event_offset, 'type', type, 'payload', payload, 'created_at', iso(created_at)) order by event_offset), '[]')
       from (select * from session_events where conversation_id = v_id and created_at >= c.created_at and event_offset > p_after
              order by event_offset limit p_limit) e));
end $$;

-- As before, while there is content.
create or replace function get_turn(p_access jsonb, p_seq integer) returns json language plpgsql as $$
declare v_id uuid := resolve_content(p_access); t session_turns;
begin
  select * into t from session_turns where conversation_id = v_id and seq = p_seq;
  if not found then return null; end if;
  if t.status <> 'pending' then return turn_state(t); end if;
  return (turn_state(t)::jsonb || jsonb_build_object('running', exists (
    select from text_conversations c where c.id = v_id and c.done_seq = p_seq - 1 and c.lease_until > clock_timestamp())))::json;
end $$;

-- As before. Under the lock of an ended session, so that no words are written to one whose content is just going.
create or replace function feedback_access(p_access jsonb) returns uuid language plpgsql as $$
declare v_id uuid := resolve_access(p_access); v_ended timestamptz;
begin
  select ended_at into v_ended from text_conversations where id = v_id;
  if v_ended is not null then
    perform from text_conversations where id = v_id for share;
    v_id := resolve_content(p_access);
  end if;
  if v_ended < clock_timestamp() - interval '24 hours' then perform fail('session_ended'); end if;
  return v_id;
end $$;

-- What was deleted, or was given days of its own, before there was a job to mind it. The owner of the table is held to its policies too, so they are
-- lifted for the moment.
alter table temporary_chat_links no force row level security;
update temporary_chat_links set retention_changed_at = clock_timestamp(), retention_check_at = clock_timestamp() where deleted_at is not null or retention_days is not null;
alter table temporary_chat_links force row level security;
