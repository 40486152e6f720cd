-- Records an attempt; a superseded one changes nothing. Seals the payload (p_sealed) of a first attempt.
-- p_retry_ms: milliseconds to the next attempt, null = none. p_gone: the receiver says that it is gone.
-- Returns whether this switched the endpoint off.
create or replace function settle_webhook(
  p_tenant uuid, p_id uuid, p_attempt integer, p_outcome text, p_status integer, p_ms integer, p_body text,
  p_retry_ms double precision, p_sealed text, p_gone boolean, p_disable_after_hours integer
)
returns boolean
language plpgsql as $$
declare
  d webhook_deliveries;
  e webhook_endpoints;
  v_now timestamptz := clock_timestamp();
  v_good boolean := p_outcome = 'delivered';
  v_reason text;
begin
  perform enter_tenant(p_tenant);
  -- Always the endpoint first: attempts of one endpoint that end together wait here and nowhere else.
  select w.* into e
  from webhook_endpoints w
  join webhook_deliveries x on x.endpoint_id = w.id
  where x.id = p_id
  for no key update of w;
  update webhook_deliveries
  set
    outcome = p_outcome,
    response_status = p_status,
    response_ms = p_ms,
    response_body = p_body,
    claimed_until = null,
    data_sealed = coalesce(data_sealed, p_sealed),
    data = case when coalesce(data_sealed, p_sealed) is null then data else '{}' end,
    status = case when v_good then 'delivered' when p_retry_ms is null then 'failed' else 'pending' end,
    ended_at = case when v_good or p_retry_ms is null then v_now end,
    next_attempt_at = v_now + make_interval(secs => coalesce(p_retry_ms, 0) / 1000.0)
  where id = p_id
    and attempts = p_attempt
    and ended_at is null
  returning * into d;
  if not found then return false; end if;
  if d.endpoint_id is null then
    -- Nobody can request an action again, so its words are removed with its last attempt.
    if d.ended_at is not null then
      update webhook_deliveries set data = '{}', data_sealed = '', response_body = null where id = d.id;
    end if;
    return false;
  end if;
  if v_good then
    if e.failures > 0 then
      update webhook_endpoints
      set failures = 0, failing_since = null
      where id = e.id;
    end if;
    return false;
  end if;
  update webhook_endpoints
  set failures = failures + 1, failing_since = coalesce(failing_since, v_now)
  where id = e.id
  returning * into e;
  v_reason := case
    when p_gone then 'gone'
    when e.failing_since < v_now - make_interval(hours => p_disable_after_hours) then 'failing'
  end;
  if v_reason is null or not e.is_active then return false; end if;
  update webhook_endpoints
  set
    is_active = false,
    disabled_reason = v_reason,
    disabled_at = v_now,
    updated_at = v_now
  where id = e.id;
  perform emit_fact(
    p_tenant, 'sessions.v1.event.webhook_disabled', e.id::text,
    jsonb_build_object('tenantId', p_tenant, 'webhookId', e.id, 'agentId', e.agent_id, 'reason', v_reason)
  );
  return true;
end
$$;
