-- Ends a delivery (p_retry_ms null) or puts it off; an ended one stays as it is. Its words are deleted at once,
-- because it is not sent again; the rest of the row stays for a week.
create or replace function settle_action_webhook(p_tenant uuid, p_id uuid, p_outcome text, p_retry_ms integer)
returns void
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update action_webhooks
  set
    outcome = p_outcome,
    ended_at = case when p_retry_ms is null then clock_timestamp() end,
    payload = case when p_retry_ms is null then '{}' else payload end,
    next_attempt_at = clock_timestamp() + make_interval(secs => coalesce(p_retry_ms, 0) / 1000.0)
  where id = p_id and ended_at is null;
end
$$;
