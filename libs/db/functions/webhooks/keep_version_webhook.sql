-- Stores the webhook receiver that a version declares.
create or replace function keep_version_webhook(p_tenant uuid, p_agent uuid, p_version integer, p_webhook json)
returns void
language plpgsql as $$
declare
  w jsonb := p_webhook;
  v_events text[];
begin
  if w ->> 'enabled' is distinct from 'true' or coalesce(w ->> 'url', '') = '' then return; end if;
  select array_agg('session.' || e) into v_events
  from jsonb_array_elements_text(coalesce(w -> 'events', '["started", "ended", "analyzed"]')) e;
  insert into webhook_endpoints (
    id, tenant_id, agent_id, agent_version, url, events, include_transcript, include_latency_metrics, settings,
    created_by
  )
  values (
    gen_random_uuid(), p_tenant, p_agent, p_version, w ->> 'url', coalesce(v_events, '{}'),
    coalesce((w ->> 'include_transcript')::boolean, false),
    coalesce((w ->> 'include_latency_metrics')::boolean, false),
    w - array['enabled', 'url', 'events', 'include_transcript', 'include_latency_metrics'], 'agent'
  )
  on conflict do nothing;
end
$$;
