-- The link with this public token id, across tenants; no row when it is unknown or deleted. Has all that a refusal
-- needs, so that every refusal takes the same single statement. No link of a suspended tenant is active.
create or replace function link_by_token_id(p_token_id text)
returns table (
  id uuid, tenant_id uuid, token_hash bytea, is_active boolean, is_expired boolean, friendly_errors boolean
)
language sql stable security definer set search_path = public, pg_temp as $$
  select
    l.id, l.tenant_id, l.token_hash, l.is_active and t.suspended_at is null, coalesce(l.expires_at <= now(), false),
    l.friendly_errors
  from temporary_chat_links l
  join tenants t on t.id = l.tenant_id
  where l.token_id = p_token_id and l.deleted_at is null
$$;

select run_across_tenants('link_by_token_id');
