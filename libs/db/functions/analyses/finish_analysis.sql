-- Keeps the answers of an analysis, once: a second result, or one of an attempt that was overtaken, finds nothing to
-- write. Charges the link, adds to what earlier attempts took, writes the fact.
-- p: {answers, unanswered, model} and what it used as in charge_analysis().
create or replace function finish_analysis(p_tenant uuid, p_conversation uuid, p_attempt integer, p jsonb)
returns boolean
language plpgsql as $$
declare
  v_session text;
begin
  perform enter_tenant(p_tenant);
  update session_analyses
  set
    status = 'done',
    answers = p -> 'answers',
    model = p ->> 'model',
    error_code = null,
    ended_at = clock_timestamp(),
    unanswered = array(select jsonb_array_elements_text(p -> 'unanswered')),
    input_tokens = coalesce(input_tokens, 0) + (p ->> 'input_tokens')::int,
    output_tokens = coalesce(output_tokens, 0) + (p ->> 'output_tokens')::int,
    cost = cost + (p ->> 'cost')::numeric
  where conversation_id = p_conversation
    and status = 'pending'
    and attempts = p_attempt;
  if not found then return false; end if;
  perform charge_analysis(p_conversation, p_attempt, p);
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
