-- Any value that the installation has sealed before; its prefix names the key. Null = none yet. Read once, before the
-- first row of installation_keys.
create or replace function any_sealed_value()
returns text
language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(
    (select k.secret_sealed from api_keys k order by k.created_at limit 1),
    (select l.token_sealed from temporary_chat_links l where l.token_sealed is not null limit 1),
    (select d.sealed from demo_secrets d limit 1),
    (select m.address_sealed from memories m limit 1),
    (select a.address_sealed from agent_access_requests a limit 1),
    (select w.secret_sealed from webhook_endpoints w where w.secret_sealed is not null limit 1)
  )
$$;

select run_across_tenants('any_sealed_value');
