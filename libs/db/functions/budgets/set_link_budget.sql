-- Sets, changes or (null) removes the budget of a link; what was used stays counted. The caller is in the tenant.
create or replace function set_link_budget(p_link uuid, p_tenant uuid, p_budget jsonb) returns void
language plpgsql as $$
begin
  if p_budget is null or jsonb_typeof(p_budget) = 'null' then
    update link_budgets
    set max_tokens = null, max_cost = null
    where link_id = p_link;
    return;
  end if;
  insert into link_budgets (link_id, tenant_id, max_tokens, max_cost, hard)
  values (
    p_link, p_tenant, (p_budget ->> 'max_tokens')::bigint, (p_budget ->> 'max_cost')::numeric,
    coalesce((p_budget ->> 'hard')::boolean, true)
  )
  on conflict (link_id) do update
  set max_tokens = excluded.max_tokens, max_cost = excluded.max_cost, hard = excluded.hard;
end
$$;
