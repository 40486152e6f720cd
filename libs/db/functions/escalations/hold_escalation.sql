-- Locks an escalation after its conversation, in the same order as commits.
create or replace function hold_escalation(
  p_tenant uuid, p_id uuid, out o_row escalations, out o_conversation text_conversations
)
language plpgsql as $$
declare
  v_conversation uuid;
begin
  perform enter_tenant(p_tenant);
  select conversation_id into v_conversation from escalations where id = p_id;
  if not found then perform fail('escalation_not_found'); end if;
  select * into o_conversation
  from text_conversations
  where id = v_conversation
  for no key update;
  select * into o_row from escalations where id = p_id for no key update;
end
$$;
