-- A crossing with who was notified, and how that went: targets of the rule and receivers of webhooks.
create or replace function alert_firing_json(f alert_firings) returns jsonb
language sql stable as $$
  select jsonb_build_object(
    'id', f.id, 'cause', f.cause, 'value', f.value, 'threshold', f.threshold, 'fired_at', iso(f.fired_at),
    'link_id', case when a.kind in ('budget_spent', 'budget_used_up') then s.id else a.link_id end,
    'webhook_id', case when a.kind = 'webhook_failing' then s.id end, 'recovered_at', iso(f.recovered_at),
    'recovered_value', f.recovered_value,
    'told', (
      select coalesce(jsonb_agg(to_jsonb(t) - 'at' order by t.at, t.target), '[]')
      from (
        select n.event, n.kind, n.hint as target, n.status, n.attempts, n.outcome, n.created_at as at
        from notices n
        where n.firing_id = f.id
        union all
        select
          case when d.event_id = f.recovery_id then 'recovered' when f.cause = 'test' then 'test' else 'fired' end,
          'webhook', d.endpoint_id::text, case d.status when 'delivered' then 'sent' else d.status end, d.attempts,
          case when d.status <> 'delivered' then d.outcome end, d.created_at
        from webhook_endpoints w
        join webhook_deliveries d on d.endpoint_id = w.id and d.event_id in (f.id, f.recovery_id)
        where w.tenant_id = f.tenant_id
      ) t
    )
  )
  from alerts a
  cross join lateral (select nullif(f.subject, '00000000-0000-0000-0000-000000000000') as id) s
  where a.id = f.alert_id
$$;
