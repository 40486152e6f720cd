-- Notifies of a crossing, in the transaction that writes it: a notice for each target, and the fact for receivers of
-- webhooks. p_event: fired, recovered or test. A target that was notified before is not notified again.
create or replace function tell_alert(a alerts, f alert_firings, p_event text) returns void
language plpgsql as $$
declare
  v_of_link boolean := a.kind in ('budget_spent', 'budget_used_up');
  v_subject uuid := nullif(f.subject, '00000000-0000-0000-0000-000000000000');
begin
  insert into notices (tenant_id, firing_id, event, kind, target, target_sealed, hint)
  select a.tenant_id, f.id, p_event, t ->> 'kind', t ->> 'id', t ->> 'sealed', t ->> 'hint'
  from jsonb_array_elements(a.targets) t
  on conflict do nothing;
  perform emit_fact(
    a.tenant_id,
    case when p_event = 'recovered' then 'sessions.v1.event.alert_recovered' else 'sessions.v1.event.alert_fired' end,
    a.id::text,
    jsonb_build_object(
      'tenantId', a.tenant_id, 'alertId', a.id, 'firingId', f.id, 'kind', a.kind, 'agentId', a.agent_id,
      'linkId', case when v_of_link then v_subject else a.link_id end,
      'webhookId', case when not v_of_link then v_subject end,
      'value', case when p_event = 'recovered' then f.recovered_value else f.value end, 'threshold', f.threshold,
      'test', p_event = 'test'
    ),
    case when p_event = 'recovered' then f.recovery_id else f.id end
  );
end
$$;
