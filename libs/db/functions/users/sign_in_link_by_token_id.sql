-- The sign-in link with this public id, of any tenant; nothing when it is unknown, used or expired.
create or replace function sign_in_link_by_token_id(p_token_id text)
returns table (tenant_id uuid, user_id uuid, token_hash bytea, browser_hash text)
language sql stable security definer set search_path = public, pg_temp as $$
  select tenant_id, user_id, token_hash, browser_hash
  from sign_in_links
  where token_id = p_token_id and expires_at > now()
$$;

select run_across_tenants('sign_in_link_by_token_id');
