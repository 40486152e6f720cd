-- A version that has a webhook brings its receiver along.
create or replace function keep_version_webhook() returns trigger
language plpgsql as $$
declare
  w jsonb := new.document #> '{workflow,webhook}';
  v_events text[];
begin
  if w ->> 'enabled' is distinct from 'true' or coalesce(w ->> 'url', '') = '' then
    return null;
  end if;
  select array_agg('session.' || e) into v_events
  from jsonb_array_elements_text(coalesce(w -> 'events', '["started", "ended", "analyzed"]')) e;
  insert into webhook_endpoints (
    id, tenant_id, agent_id, agent_version, url, events, include_transcript, include_latency_metrics, settings,
    created_by
  )
  values (
    gen_random_uuid(), new.tenant_id, new.agent_id, new.version, w ->> 'url', coalesce(v_events, '{}'),
    coalesce((w ->> 'include_transcript')::boolean, false),
    coalesce((w ->> 'include_latency_metrics')::boolean, false),
    w - array['enabled', 'url', 'events', 'include_transcript', 'include_latency_metrics'], 'agent'
  )
  on conflict do nothing;
  return null;
end
$$;

create or replace trigger keep_version_webhook
after insert on agent_versions
for each row
execute function keep_version_webhook();
