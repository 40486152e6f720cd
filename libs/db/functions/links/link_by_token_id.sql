-- The link with this public token id, of any tenant; nothing when it is unknown or deleted. Has all that a refusal
-- needs, so that each takes the same one statement.
create or replace function link_by_token_id(p_token_id text)
returns table (
  id uuid, tenant_id uuid, token_hash bytea, is_active boolean, is_expired boolean, friendly_errors boolean
)
language sql stable security definer set search_path = public, pg_temp as $$
  select id, tenant_id, token_hash, is_active, coalesce(expires_at <= now(), false), friendly_errors
  from temporary_chat_links
  where token_id = p_token_id and deleted_at is null
$$;

select run_across_tenants('link_by_token_id');
