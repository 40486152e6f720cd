-- The link whose budget counts the turns of a conversation; null = no budget.
create or replace function budget_link(p_conversation uuid) returns uuid
language plpgsql stable as $$
begin
  return (
    select b.link_id
    from text_conversations c
    join link_budgets b on b.link_id = c.link_id
    where c.id = p_conversation
      and (b.max_tokens is not null or b.max_cost is not null)
  );
end
$$;
