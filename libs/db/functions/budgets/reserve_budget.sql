-- Reserves the most that one model call may cost, in place of what this try had reserved before. Analyses too: p_seq 0,
-- with the attempt as the fence; and suggestions to operators: p_seq -1, with the time until which the reservation
-- holds.
-- p_spent_*: of earlier calls of this try. p_input_tokens: an upper bound. p_min_output: fewer are useless.
-- p_enough_output: while others hold the rest, the caller waits rather than take less; null = the minimum.
-- Prices are dollars per token; null = the model has no price.
-- Returns {status: none (no budget) | granted | busy (held by running turns; try again) | exhausted | unpriced |
--   fenced, max_output}.
create or replace function reserve_budget(
  p_tenant uuid, p_conversation uuid, p_seq integer, p_fence bigint, p_spent_tokens bigint, p_spent_cost numeric,
  p_input_tokens bigint, p_max_output bigint, p_min_output bigint, p_enough_output bigint, p_input_price numeric,
  p_output_price numeric
)
returns json
language plpgsql as $$
declare
  v_link uuid;
  b link_budgets;
  v_held_tokens bigint;
  v_held_cost numeric;
  v_least bigint := least(p_max_output, p_min_output);
  v_enough bigint := coalesce(p_enough_output, v_least);
  -- what this call takes before its output
  v_tokens bigint;
  v_cost numeric;
  -- what would be left if nobody else had reserved anything, and what is left
  v_alone bigint;
  v_output bigint;
begin
  perform enter_tenant(p_tenant);
  -- Conversation (or its analysis) before link, as in the commit: a try that was superseded cannot get between a commit
  -- and its charge.
  if p_seq = 0 then
    select c.link_id into v_link
    from session_analyses a
    join text_conversations c on c.id = a.conversation_id
    where a.conversation_id = p_conversation
      and a.attempts = p_fence
      and a.status = 'pending'
    for share of a;
  elsif p_seq = -1 then
    select link_id into v_link
    from text_conversations
    where id = p_conversation and status = 'active' and to_timestamp(p_fence / 1000000.0) > clock_timestamp()
    for share;
  else
    select link_id into v_link
    from text_conversations
    where id = p_conversation and fence = p_fence and status = 'active'
    for share;
  end if;
  if not found then return json_build_object('status', 'fenced'); end if;
  -- The row lock serialises the calls of one link.
  select * into b from link_budgets where link_id = v_link for no key update;
  if not found or (b.max_tokens is null and b.max_cost is null) then
    return json_build_object('status', 'none');
  end if;
  if b.hard and b.max_cost is not null and (p_input_price is null or p_output_price is null) then
    return json_build_object('status', 'unpriced');
  end if;
  select coalesce(sum(r.tokens), 0), coalesce(sum(r.cost), 0) into v_held_tokens, v_held_cost
  from budget_reservations r
  join text_conversations c on c.id = r.conversation_id
  where r.link_id = v_link
    and holds_budget(r, c)
    -- A session may have several suggestions, each with a reservation of its own.
    and not (r.conversation_id = p_conversation and r.seq = p_seq and (p_seq <> -1 or r.fence = p_fence));
  v_tokens := p_spent_tokens + p_input_tokens;
  v_cost := p_spent_cost + coalesce(p_input_tokens * p_input_price, 0);
  v_alone := budget_output(b, p_max_output, v_tokens, v_cost, p_output_price);
  v_output := budget_output(b, p_max_output, v_held_tokens + v_tokens, v_held_cost + v_cost, p_output_price);
  if b.hard and v_output < greatest(v_least, least(v_alone, v_enough)) then
    -- A waiting try holds no more than it has used, else two waiting ones could block each other.
    update budget_reservations
    set tokens = p_spent_tokens, cost = p_spent_cost
    where conversation_id = p_conversation and seq = p_seq and fence = p_fence;
    return json_build_object('status', case when v_alone < v_least then 'exhausted' else 'busy' end);
  end if;
  if not b.hard then v_output := p_max_output; end if;
  -- Stale ones are cleared in passing; one that a commit is just removing is left to it, else the two would deadlock.
  delete from budget_reservations
  where (conversation_id, seq, fence) in (
    select r.conversation_id, r.seq, r.fence
    from budget_reservations r
    join text_conversations c on c.id = r.conversation_id
    where r.link_id = v_link and not holds_budget(r, c)
    limit 20
    for update of r skip locked
  );
  insert into budget_reservations (conversation_id, seq, fence, tenant_id, link_id, tokens, cost)
  values (
    p_conversation, p_seq, p_fence, b.tenant_id, v_link, p_spent_tokens + p_input_tokens + v_output,
    p_spent_cost + coalesce(p_input_tokens * p_input_price + v_output * p_output_price, 0)
  )
  on conflict (conversation_id, seq, fence) do update
  set tokens = excluded.tokens, cost = excluded.cost;
  return json_build_object('status', 'granted', 'max_output', v_output);
end
$$;
