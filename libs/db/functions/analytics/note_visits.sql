-- Notes what gateways counted at links of one tenant: [{link_id, country, opened, sessions, at}]; country null = not
-- known. Counts of a link that is not this tenant's are dropped. Not idempotent: these are counts that may be lost or
-- doubled.
create or replace function note_visits(p_tenant uuid, p_visits jsonb) returns void
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  insert into analytics_deltas (tenant_id, hour, agent_id, agent_version, link_id, channel, family, name, amount)
  select
    p_tenant, date_trunc('hour', least(v.at, clock_timestamp())), l.agent_id, 0, l.id, link_channel(l), 'visits',
    n.what || '/' || coalesce(v.country, ''), n.amount
  from jsonb_to_recordset(p_visits) as v (link_id uuid, country text, opened integer, sessions integer, at timestamptz)
  join temporary_chat_links l on l.id = v.link_id
  cross join lateral (values ('opened', v.opened), ('sessions', v.sessions)) n(what, amount)
  where n.amount > 0;
end
$$;
