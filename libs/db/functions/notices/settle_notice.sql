-- Records an attempt at a notice. p_outcome null = it was sent; p_retry_ms null = no further attempt. An attempt that
-- is not the newest settles nothing.
create or replace function settle_notice(
  p_tenant uuid, p_id uuid, p_attempt integer, p_outcome text, p_retry_ms integer
)
returns void
language plpgsql as $$
declare
  v_now timestamptz := clock_timestamp();
  v_over boolean := p_outcome is null or p_retry_ms is null;
begin
  perform enter_tenant(p_tenant);
  update notices
  set
    status = case when p_outcome is null then 'sent' when p_retry_ms is null then 'failed' else 'pending' end,
    outcome = p_outcome,
    claimed_until = null,
    next_attempt_at = v_now + make_interval(secs => coalesce(p_retry_ms, 0) / 1000.0),
    ended_at = case when v_over then v_now end
  where id = p_id
    and attempts = p_attempt
    and ended_at is null;
end
$$;
