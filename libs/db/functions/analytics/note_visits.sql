-- Records what gateways counted at links of one tenant: [{link_id, country, opened, sessions, connections,
-- address_hash, at}]; country null = not known; connections: how many by name, or missing; address_hash: from where, or
-- missing. Counts of another tenant's link are dropped. Not idempotent: these counts may be lost or doubled.
create or replace function note_visits(p_tenant uuid, p_visits jsonb) returns void
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  insert into analytics_deltas (tenant_id, hour, agent_id, agent_version, link_id, channel, family, name, amount)
  select
    p_tenant, date_trunc('hour', least(v.at, clock_timestamp())), l.agent_id, 0, l.id, link_channel(l), n.family,
    n.name, n.amount
  from jsonb_to_recordset(p_visits) as v (
    link_id uuid, country text, opened integer, sessions integer, connections jsonb, at timestamptz
  )
  join temporary_chat_links l on l.id = v.link_id
  cross join lateral (
    values
      ('visits', 'opened/' || coalesce(v.country, ''), v.opened),
      ('visits', 'sessions/' || coalesce(v.country, ''), v.sessions)
    union all
    select 'connections', key, value::integer
    from jsonb_each_text(v.connections)
  ) n(family, name, amount)
  where n.amount > 0;
  -- In one order, so that gateways wait for each other and do not deadlock.
  insert into link_addresses (tenant_id, link_id, day, address_hash)
  select p_tenant, l.id, (least(v.at, clock_timestamp()) at time zone 'UTC')::date as day, v.address_hash
  from jsonb_to_recordset(p_visits) as v (link_id uuid, address_hash text, at timestamptz)
  join temporary_chat_links l on l.id = v.link_id
  where v.address_hash is not null and l.deleted_at is null
  order by l.id, day, v.address_hash
  on conflict do nothing;
end
$$;
