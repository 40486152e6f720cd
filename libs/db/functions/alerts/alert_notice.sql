-- What a notice of a crossing says. `of`: the title of the link, the host of the endpoint or the name of the agent that
-- it is about, read when it is sent; null = of all.
create or replace function alert_notice(n notices) returns json
language sql stable as $$
  select json_build_object(
    'about', 'alert', 'id', n.id, 'tenant_id', n.tenant_id, 'kind', n.kind, 'target_sealed', n.target_sealed,
    'attempt', n.attempts, 'event', n.event, 'alert_id', a.id, 'alert_kind', a.kind, 'name', a.name,
    'of', coalesce(
      (select l.title from temporary_chat_links l where l.id in (f.subject, a.link_id)),
      (select split_part(w.url, '/', 3) from webhook_endpoints w where w.id = f.subject),
      (select g.name from agents g where g.id = a.agent_id)
    ),
    'value', case when n.event = 'recovered' then f.recovered_value else f.value end, 'threshold', f.threshold,
    'window_hours', a.window_hours, 'at', iso(case when n.event = 'recovered' then f.recovered_at else f.fired_at end)
  )
  from alert_firings f
  join alerts a on a.id = f.alert_id
  where f.id = n.firing_id
$$;
