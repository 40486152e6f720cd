-- Charges what a try has used that will never be committed (its runner stops, its session was ended under it), and
-- releases the rest. Idempotent: the reservation is charged once, by whoever removes it.
create or replace function abandon_budget(
  p_tenant uuid, p_conversation uuid, p_seq integer, p_fence bigint, p_tokens bigint, p_cost numeric
)
returns boolean
language plpgsql as $$
declare
  c text_conversations;
  r budget_reservations;
begin
  perform enter_tenant(p_tenant);
  select * into c
  from text_conversations
  where id = p_conversation
  for no key update;
  delete from budget_reservations
  where conversation_id = c.id
    and seq = p_seq
    and fence = p_fence
  returning * into r;
  if not found or not holds_budget(r, c) then return false; end if;
  update link_budgets
  set tokens_used = tokens_used + p_tokens, cost_used = cost_used + p_cost
  where link_id = r.link_id;
  return true;
end
$$;
