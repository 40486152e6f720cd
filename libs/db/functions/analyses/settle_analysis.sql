-- Ends an attempt without answers. p: {status (pending = it is put off by retry_ms; failed; skipped), code, retry_ms,
-- and what it used as in charge_analysis}. An attempt that was overtaken changes nothing.
create or replace function settle_analysis(p_tenant uuid, p_conversation uuid, p_attempt integer, p jsonb)
returns boolean
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update session_analyses
  set
    error_code = p ->> 'code',
    status = p ->> 'status',
    model = coalesce(p ->> 'model', model),
    ended_at = case when p ->> 'status' <> 'pending' then clock_timestamp() end,
    next_attempt_at = clock_timestamp() + make_interval(
      secs => coalesce((p ->> 'retry_ms')::double precision, 0) / 1000.0
    ),
    input_tokens = coalesce(input_tokens, 0) + coalesce((p ->> 'input_tokens')::int, 0),
    output_tokens = coalesce(output_tokens, 0) + coalesce((p ->> 'output_tokens')::int, 0),
    cost = case when p ? 'input_tokens' then cost + (p ->> 'cost')::numeric else cost end
  where conversation_id = p_conversation
    and status = 'pending'
    and attempts = p_attempt;
  if not found then return false; end if;
  perform charge_analysis(p_conversation, p_attempt, p);
  return true;
end
$$;
