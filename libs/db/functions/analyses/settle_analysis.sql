-- Ends an attempt without answers. p_status: pending (retried in p_retry_ms), failed or skipped. p_input_tokens null =
-- no model was called. A superseded attempt changes nothing.
create or replace function settle_analysis(
  p_tenant uuid, p_conversation uuid, p_attempt integer, p_status text, p_code text, p_retry_ms double precision,
  p_model text, p_input_tokens integer, p_output_tokens integer, p_cost numeric, p_charged_tokens bigint,
  p_charged_cost numeric
)
returns boolean
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update session_analyses
  set
    error_code = p_code,
    status = p_status,
    model = coalesce(p_model, model),
    ended_at = case when p_status <> 'pending' then clock_timestamp() end,
    next_attempt_at = clock_timestamp() + make_interval(secs => coalesce(p_retry_ms, 0) / 1000.0),
    input_tokens = coalesce(input_tokens, 0) + coalesce(p_input_tokens, 0),
    output_tokens = coalesce(output_tokens, 0) + coalesce(p_output_tokens, 0),
    cost = case when p_input_tokens is not null then cost + p_cost else cost end
  where conversation_id = p_conversation
    and status = 'pending'
    and attempts = p_attempt;
  if not found then return false; end if;
  perform note_analytics(p_tenant, p_conversation);
  perform charge_analysis(p_conversation, p_attempt, p_charged_tokens, p_charged_cost);
  return true;
end
$$;
