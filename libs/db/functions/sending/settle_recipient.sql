-- Records an attempt. p_status null = retry in p_retry_ms; then nothing of this one reached the recipient, the provider
-- detects a repeat, or (p_in_doubt) it is asked before the retry. An attempt that is not the newest settles nothing.
create or replace function settle_recipient(
  p_tenant uuid, p_id uuid, p_attempt integer, p_status text, p_outcome text, p_provider_id text, p_retry_ms integer,
  p_in_doubt boolean
)
returns void
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update send_out_recipients
  set
    outcome = p_outcome,
    provider_id = coalesce(p_provider_id, provider_id),
    handed_over_at = case when p_in_doubt then handed_over_at end,
    claimed_until = null,
    next_attempt_at = clock_timestamp() + make_interval(secs => coalesce(p_retry_ms, 0) / 1000.0)
  where id = p_id
    and attempts = p_attempt
    and ended_at is null;
  if found and p_status is not null then perform end_recipient(p_id, p_status, p_outcome); end if;
end
$$;
