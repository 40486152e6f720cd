-- How many output tokens fit beside what is already used; negative = not even that fits.
create or replace function budget_output(
  b link_budgets, p_most bigint, p_tokens bigint, p_cost numeric, p_price numeric
)
returns bigint
language plpgsql immutable as $$
declare
  v_rest numeric := b.max_cost - b.cost_used - p_cost;
begin
  return least(
    p_most, b.max_tokens - b.tokens_used - p_tokens,
    case
      when v_rest is null or p_price is null then null
      when v_rest < 0 then -1
      when p_price = 0 then p_most
      else least(floor(v_rest / p_price), p_most)::bigint
    end
  );
end
$$;
