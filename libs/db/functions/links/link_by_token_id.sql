-- The link with this public token id, of any tenant; nothing when it is unknown or deleted.
create or replace function link_by_token_id(p_token_id text)
returns table (id uuid, tenant_id uuid, token_hash bytea, is_active boolean, expires_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select id, tenant_id, token_hash, is_active, expires_at
  from temporary_chat_links
  where token_id = p_token_id and deleted_at is null
$$;

select run_across_tenants('link_by_token_id');
