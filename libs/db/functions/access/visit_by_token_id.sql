-- What a visitor's token opens, looked up by its public id across tenants; no row when it is unknown or expired, or the
-- tenant is suspended. person: the same for all tokens of a confirmed address, else one per conversation.
create or replace function visit_by_token_id(p_token_id text)
returns table (tenant_id uuid, link_id uuid, token_hash bytea, session_id text, person text)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.tenant_id, s.link_id, s.token_hash, c.session_id, coalesce(c.participant_hash, c.id::text)
  from temporary_chat_sessions s
  join text_conversations c on c.id = s.conversation_id
  join tenants t on t.id = s.tenant_id
  where s.token_id = p_token_id
    and t.suspended_at is null
    and (s.expires_at is null or s.expires_at > clock_timestamp())
$$;

select run_across_tenants('visit_by_token_id');
