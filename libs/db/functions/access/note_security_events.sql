-- Stores a batch of one tenant: [{id, link_id, kind, scope, country, address_hash, session_id, count, at}], and records
-- it for the rollups. A time in the future becomes now; an event of another tenant's link is dropped. Returns how many
-- were stored.
create or replace function note_security_events(p_tenant uuid, p_events jsonb) returns integer
language plpgsql as $$
declare
  v_kept integer;
begin
  perform enter_tenant(p_tenant);
  if not exists (select from tenants where id = p_tenant) then return 0; end if;
  with kept as (
    insert into security_events (
      id, tenant_id, link_id, kind, scope, country, address_hash, session_id, count, created_at
    )
    select
      e.id, p_tenant, e.link_id, e.kind, e.scope, e.country, e.address_hash, e.session_id, e.count,
      least(e.at, clock_timestamp())
    from jsonb_to_recordset(p_events) as e (
      id uuid, link_id uuid, kind text, scope text, country text, address_hash text, session_id text, count integer,
      at timestamptz
    )
    where e.link_id is null
      or exists (select from temporary_chat_links l where l.id = e.link_id)
    on conflict (id) do nothing
    returning link_id, kind, count, created_at
  ),
  noted as (
    insert into analytics_deltas (
      tenant_id, hour, agent_id, agent_version, link_id, channel, family, name, amount
    )
    select
      p_tenant, date_trunc('hour', k.created_at), coalesce(l.agent_id, '00000000-0000-0000-0000-000000000000'), 0,
      coalesce(k.link_id, '00000000-0000-0000-0000-000000000000'), link_channel(l), 'security', k.kind, sum(k.count)
    from kept k
    left join temporary_chat_links l on l.id = k.link_id
    group by 1, 2, 3, 5, 6, 8
  )
  select count(*)::int into v_kept from kept;
  return v_kept;
end
$$;
