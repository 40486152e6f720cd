-- Stores the answers of an analysis, once: a second result, or one of a superseded attempt, finds nothing to write.
-- Adds the usage to that of earlier attempts, charges the link, emits the fact.
create or replace function finish_analysis(
  p_tenant uuid, p_conversation uuid, p_attempt integer, p_answers jsonb, p_unanswered text[], p_model text,
  p_input_tokens integer, p_output_tokens integer, p_cost numeric, p_charged_tokens bigint, p_charged_cost numeric
)
returns boolean
language plpgsql as $$
declare
  v_session text;
begin
  perform enter_tenant(p_tenant);
  update session_analyses
  set
    status = 'done',
    answers = p_answers,
    model = p_model,
    error_code = null,
    ended_at = clock_timestamp(),
    unanswered = p_unanswered,
    input_tokens = coalesce(input_tokens, 0) + p_input_tokens,
    output_tokens = coalesce(output_tokens, 0) + p_output_tokens,
    cost = cost + p_cost
  where conversation_id = p_conversation
    and status = 'pending'
    and attempts = p_attempt;
  if not found then return false; end if;
  perform note_analytics(p_tenant, p_conversation);
  perform charge_analysis(p_conversation, p_attempt, p_charged_tokens, p_charged_cost);
  select session_id into v_session
  from text_conversations
  where id = p_conversation;
  perform emit_fact(
    p_tenant, 'sessions.v1.event.analyzed', v_session,
    jsonb_build_object('tenantId', p_tenant, 'sessionId', v_session, 'conversationId', p_conversation)
  );
  return true;
end
$$;
