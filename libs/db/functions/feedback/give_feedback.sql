-- Idempotent by session: a later rating replaces the earlier one.
create or replace function give_feedback(p_access jsonb, p_rating integer, p_text text) returns json
language plpgsql as $$
declare
  v_id uuid := feedback_access(p_access);
  c text_conversations;
  v_changed boolean;
begin
  select * into c from text_conversations where id = v_id;
  insert into session_feedback (conversation_id, tenant_id, rating, text)
  values (v_id, c.tenant_id, p_rating, p_text)
  on conflict (conversation_id) do update
  set rating = excluded.rating, text = excluded.text, updated_at = clock_timestamp()
  where (session_feedback.rating, session_feedback.text) is distinct from (excluded.rating, excluded.text);
  v_changed := found;
  if v_changed then
    perform note_analytics(c.tenant_id, v_id);
    perform emit_fact(
      c.tenant_id, 'sessions.v1.event.feedback_given', c.session_id,
      jsonb_build_object(
        'tenantId', c.tenant_id, 'sessionId', c.session_id, 'conversationId', c.id, 'rating', p_rating
      )
    );
  end if;
  return json_build_object('changed', v_changed);
end
$$;
