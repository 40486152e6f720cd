-- An operator takes over a running session, whether or not somebody requested a human: opens its escalation or joins
-- the existing one, and assigns it, in one transaction. p: {session_id, id, operator, name, reason}. Returns and
-- refuses like assign_escalation().
create or replace function take_over_session(p_tenant uuid, p jsonb) returns json
language plpgsql as $$
declare
  c text_conversations;
  j record;
begin
  perform enter_tenant(p_tenant);
  select * into c
  from text_conversations
  where session_id = p ->> 'session_id'
  for no key update;
  if not found then perform fail('session_not_found'); end if;
  if c.status <> 'active' then perform fail('session_ended'); end if;
  select * into j from escalations where conversation_id = c.id and status <> 'resolved';
  if not found then
    j := join_escalation(c, (p ->> 'id')::uuid, 'operator', p ->> 'reason', '{}');
    j := j.o_row;
  end if;
  return assign_escalation(p_tenant, j.id, p ->> 'operator', p ->> 'name', false);
end
$$;
