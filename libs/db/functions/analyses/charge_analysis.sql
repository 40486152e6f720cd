-- Charges what an attempt has used to the link whose budget it reserved, and releases the rest. Once: the reservation
-- is gone then. What is charged may exceed what was reserved.
create or replace function charge_analysis(p_conversation uuid, p_attempt integer, p_tokens bigint, p_cost numeric)
returns void
language plpgsql as $$
declare
  r budget_reservations;
begin
  delete from budget_reservations
  where conversation_id = p_conversation and seq = 0 and fence = p_attempt
  returning * into r;
  if not found then return; end if;
  update link_budgets
  set
    tokens_used = tokens_used + coalesce(p_tokens, 0),
    cost_used = cost_used + coalesce(p_cost, 0)
  where link_id = r.link_id;
end
$$;
