-- Files of a session: begun, filled chunk by chunk, finished, sent with a message, read. Every function enters the tenant by the access.
-- True = the message that carried it failed: it may be sent again, and stays with the failed message.
alter table session_files add column keep boolean not null default false;
create index session_files_unsent on session_files (created_at) where turn_seq is null and not keep;

create function file_json(f session_files) returns json language sql stable as
$$ select json_build_object('id', f.id, 'name', f.name, 'media_type', f.media_type, 'bytes', f.bytes) $$;

-- An upload may take this long; afterwards it cannot be finished, and its place is free.
create function upload_time() returns interval language sql immutable as $$ select interval '10 minutes' $$;

-- Takes a place: the conversation's row is the queue, so parallel uploads are counted one after the other.
create function begin_file(p_access jsonb, p_file uuid, p_name text, p_media_type text, p_max_count integer) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access); c text_conversations; f session_files; v_now timestamptz;
begin
  -- A crowd before a full session is sent away without queueing for the row's lock; the count under the lock decides.
  if not exists (select from session_files where id = p_file) and (select count(*) from session_files
       where conversation_id = v_id and (complete or created_at >= clock_timestamp() - upload_time())) >= p_max_count then
    perform fail('files_exhausted');
  end if;
  select * into c from text_conversations where id = v_id for no key update;
  v_now := clock_timestamp();
  select * into f from session_files where id = p_file and conversation_id = v_id;
  if found and f.complete then
    if f.name <> p_name or f.media_type <> p_media_type then perform fail('idempotency_key_reused'); end if;
    return json_build_object('complete', file_json(f));
  end if;
  if c.status <> 'active' then perform fail('session_ended'); end if;
  if c.expires_at <= v_now or c.updated_at + make_interval(secs => c.idle_timeout_seconds) <= v_now then perform fail('session_expired'); end if;
  if c.link_id is not null and not exists (select from temporary_chat_links l where l.id = c.link_id and l.is_active
       and l.deleted_at is null and (l.expires_at is null or l.expires_at > v_now)) then perform fail('link_unavailable'); end if;
  delete from session_files where conversation_id = v_id and not complete and created_at < v_now - upload_time();
  select * into f from session_files where id = p_file and conversation_id = v_id;
  if found then
    if f.name <> p_name or f.media_type <> p_media_type then perform fail('idempotency_key_reused'); end if;
    return json_build_object('complete', null);
  end if;
  if (select count(*) from session_files where conversation_id = v_id) >= p_max_count then perform fail('files_exhausted'); end if;
  insert into session_files (id, tenant_id, conversation_id, name, media_type, bytes, sha256, created_at)
  values (p_file, c.tenant_id, v_id, p_name, p_media_type, 0, '', v_now);
  return json_build_object('complete', null);
end $$;

create function put_file_chunk(p_access jsonb, p_file uuid, p_n integer, p_data bytea) returns void language plpgsql as $$
declare v_id uuid := resolve_access(p_access); v_tenant uuid;
begin
  -- Shared: a discard at the same time waits, and no chunk outlives its file.
  select tenant_id into v_tenant from session_files where id = p_file and conversation_id = v_id and not complete
     and created_at >= clock_timestamp() - upload_time() for key share;
  if not found then perform fail('file_not_found'); end if;
  insert into session_file_chunks (file_id, n, tenant_id, data) values (p_file, p_n, v_tenant, p_data) on conflict do nothing;
end $$;

-- Only what was announced becomes a file: two uploads under one id cannot mix, and a missing chunk cannot go unnoticed.
create function finish_file(p_access jsonb, p_file uuid, p_bytes integer, p_sha256 bytea) returns json language plpgsql as $$
declare v_id uuid := resolve_access(p_access); f session_files; v_data bytea;
begin
  select * into f from session_files where id = p_file and conversation_id = v_id for no key update;
  if not found then perform fail('file_not_found'); end if;
  if f.complete then
    if f.sha256 <> p_sha256 then perform fail('conflict'); end if;
    return file_json(f);
  end if;
  if f.created_at < clock_timestamp() - upload_time() then perform fail('file_not_found'); end if;
  select coalesce(string_agg(data, '' order by n), '') into v_data from session_file_chunks where file_id = p_file;
  if length(v_data) <> p_bytes or sha256(v_data) <> p_sha256 then perform fail('conflict'); end if;
  update session_files set complete = true, bytes = p_bytes, sha256 = p_sha256 where id = p_file returning * into f;
  return file_json(f);
end $$;

create function discard_file(p_access jsonb, p_file uuid) returns boolean language plpgsql as $$
declare v_id uuid := resolve_access(p_access);
begin
  delete from session_files where id = p_file and conversation_id = v_id and turn_seq is null and not keep;
  return found;
end $$;

create function read_file_chunk(p_access jsonb, p_file uuid, p_n integer) returns table (file json, data bytea) language plpgsql as $$
declare v_id uuid := resolve_access(p_access); f session_files;
begin
  select * into f from session_files s where s.id = p_file and s.conversation_id = v_id and s.complete
     and (s.turn_seq is not null or s.keep or p_access ? 'link_id');
  if not found then perform fail('file_not_found'); end if;
  return query select file_json(f), (select k.data from session_file_chunks k where k.file_id = p_file and k.n = p_n);
end $$;

-- The first bytes of files, for the model: p_ids of one conversation.
create function file_heads(p_tenant uuid, p_conversation uuid, p_ids uuid[], p_bytes integer) returns table (id uuid, head bytea) language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  return query select f.id, substring(k.data from 1 for p_bytes) from session_files f join session_file_chunks k on k.file_id = f.id and k.n = 0
    where f.conversation_id = p_conversation and f.id = any(p_ids) and f.complete;
end $$;

-- A message that failed may be sent again, with its files.
create function free_files_of_failed_turn() returns trigger language plpgsql as $$
begin
  update session_files set turn_seq = null, keep = true where conversation_id = new.conversation_id and turn_seq = new.seq;
  return null;
end $$;
create trigger free_files_of_failed_turn after update of status on session_turns
  for each row when (new.status = 'failed' and new.files is not null) execute function free_files_of_failed_turn();

-- As before, with the files of each message.
create or replace function recent_history(p_conversation uuid, p_since timestamptz, p_limit integer) returns json language plpgsql stable as $$
begin
  return (select coalesce(json_agg(json_build_object('role', role, 'content', content, 'node_id', node_id, 'files', files) order by sequence), '[]')
    from (select sequence, role, content, node_id, files from text_conversation_messages
           where conversation_id = p_conversation and created_at >= p_since and status = 'done' order by sequence desc limit p_limit) m);
end $$;

-- Uploads that were never finished or never sent.
create function purge_unsent_files(p_older interval, p_limit integer) returns integer language sql security definer set search_path = public as $$
  with gone as (delete from session_files where id in (select id from session_files
      where turn_seq is null and not keep and created_at < clock_timestamp() - p_older order by created_at limit p_limit for update skip locked) returning 1)
  select count(*)::integer from gone
$$;
grant create on schema public to parley_jobs;
alter function purge_unsent_files(interval, integer) owner to parley_jobs;
revoke create on schema public from parley_jobs;
revoke all on function purge_unsent_files(interval, integer) from public;
grant execute on function purge_unsent_files(interval, integer) to parley_app, parley_jobs;
