-- Failures that a function raises carry SQLSTATE PA001 and the error code of the registry as message.
create function fail(p_code text) returns void language plpgsql as
$$ begin raise exception using errcode = 'PA001', message = p_code; end $$;

-- The cross-tenant reads: each returns the few columns that lead to a tenant, nothing else ------------------------------
create function session_tenant(p_session text) returns uuid
language sql stable security definer set search_path = public as
$$ select tenant_id from text_conversations where session_id = p_session $$;

create function link_by_token_id(p_token_id text)
returns table (id uuid, tenant_id uuid, token_hash bytea, is_active boolean, expires_at timestamptz)
language sql stable security definer set search_path = public as
$$ select id, tenant_id, token_hash, is_active, expires_at from temporary_chat_links where token_id = p_token_id and deleted_at is null $$;

create function api_token_by_id(p_token_id text)
returns table (id uuid, tenant_id uuid, token_hash bytea, role text)
language sql stable security definer set search_path = public as
$$ select id, tenant_id, token_hash, role from api_tokens where token_id = p_token_id and revoked_at is null $$;

create function api_key_by_id(p_key_id text)
returns table (id uuid, tenant_id uuid, secret_sealed text, scopes text[])
language sql stable security definer set search_path = public as
$$ select id, tenant_id, secret_sealed, scopes from api_keys
   where key_id = p_key_id and revoked_at is null and (expires_at is null or expires_at > now()) $$;

create function tenant_exists(p_tenant uuid) returns boolean
language sql stable security definer set search_path = public as
$$ select exists (select from tenants where id = p_tenant) $$;

alter function session_tenant(text) owner to parley_jobs;
alter function link_by_token_id(text) owner to parley_jobs;
alter function api_token_by_id(text) owner to parley_jobs;
alter function api_key_by_id(text) owner to parley_jobs;
alter function tenant_exists(uuid) owner to parley_jobs;

-- Binds the rest of the transaction to one tenant.
create function enter_tenant(p_tenant uuid) returns void language plpgsql as
$$ begin perform set_config('app.tenant_id', p_tenant::text, true); end $$;

-- Who may touch which conversation. p_access is {tenant_id, session_id} for a trusted backend (tenant_id null = operator-wide key)
-- or {tenant_id, link_id, token_id, token_hash (hex)} for a visitor. Enters the tenant; answers the conversation or an error code.
create function try_access(p_access jsonb, out o_id uuid, out o_tenant uuid, out o_error text) language plpgsql as $$
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
  if o_id is null then o_error := 'session_token_invalid'; end if;
end $$;

create function resolve_access(p_access jsonb) returns uuid language plpgsql as $$
declare r record;
begin
  r := try_access(p_access);
  if r.o_error is not null then perform fail(r.o_error); end if;
  return r.o_id;
end $$;

-- Stable like to_char() itself: declared stricter, it could not be inlined and would be planned at every call.
create function iso(p_time timestamptz) returns text language sql stable parallel safe as
$$ select to_char(p_time at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

-- One event at the end of a session's log. The caller holds the lock of the conversation row.
create function append_event(p_conversation uuid, p_tenant uuid, p_type text, p_payload json) returns integer language plpgsql as $$
declare v_offset integer;
begin
  update text_conversations set event_offset = event_offset + 1 where id = p_conversation returning event_offset into v_offset;
  insert into session_events (conversation_id, event_offset, tenant_id, type, payload, created_at)
  values (p_conversation, v_offset, p_tenant, p_type, p_payload, clock_timestamp());
  return v_offset;
end $$;

-- What a reader may know of one turn, as contracts' turnState.
create function turn_state(t session_turns) returns json language sql stable as $$
  select case t.status
    when 'done' then json_build_object('status', 'done', 'turn_id', t.conversation_id || '.' || t.seq, 'seq', t.seq, 'result', t.result)
    when 'failed' then json_build_object('status', 'failed', 'turn_id', t.conversation_id || '.' || t.seq, 'seq', t.seq, 'code', t.error_code)
    else json_build_object('status', 'pending', 'turn_id', t.conversation_id || '.' || t.seq, 'seq', t.seq) end
$$;
