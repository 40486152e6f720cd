-- Whether an operator may announce typing in the conversation of an escalation: only its assignee. Returns
-- {session_id}; read-only.
create or replace function holds_escalation(p_tenant uuid, p_id uuid, p_operator text) returns json
language plpgsql as $$
declare
  e escalations;
  c text_conversations;
begin
  perform enter_tenant(p_tenant);
  select * into e from escalations where id = p_id;
  if not found then perform fail('escalation_not_found'); end if;
  select * into c from text_conversations where id = e.conversation_id;
  if e.status = 'resolved' then perform fail('escalation_resolved'); end if;
  if c.status <> 'active' then perform fail('session_ended'); end if;
  if e.status <> 'assigned' then perform fail('escalation_not_assigned'); end if;
  if e.assigned_to <> p_operator then perform fail('escalation_assigned'); end if;
  return json_build_object('session_id', c.session_id);
end
$$;
