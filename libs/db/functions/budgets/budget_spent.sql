-- Whether committed turns have used up a hard budget: the early answer. Reserving decides.
create or replace function budget_spent(p_link uuid) returns boolean
language plpgsql stable as $$
begin
  return exists (
    select from link_budgets where link_id = p_link and hard and (tokens_used >= max_tokens or cost_used >= max_cost)
  );
end
$$;
