-- Counts what a try has used that will never be committed (its runner stops, its session was ended under it), and
-- frees the rest.
-- p: {tenant_id, conversation_id, seq, fence, tokens, cost}. Idempotent: the reservation is charged once, by whoever
-- removes it.
create or replace function abandon_budget(p jsonb) returns boolean
language plpgsql as $$
declare
  c text_conversations;
  r budget_reservations;
begin
  perform enter_tenant((p ->> 'tenant_id')::uuid);
  select * into c
  from text_conversations
  where id = (p ->> 'conversation_id')::uuid
  for no key update;
  delete from budget_reservations
  where conversation_id = c.id
    and seq = (p ->> 'seq')::int
    and fence = (p ->> 'fence')::bigint
  returning * into r;
  if not found or not holds_budget(r, c) then return false; end if;
  update link_budgets
  set tokens_used = tokens_used + (p ->> 'tokens')::bigint, cost_used = cost_used + (p ->> 'cost')::numeric
  where link_id = r.link_id;
  return true;
end
$$;
