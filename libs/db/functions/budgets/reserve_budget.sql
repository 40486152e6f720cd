-- Reserves what one model call may cost at most, in place of what this try had reserved before. Analyses too: seq 0,
-- with the attempt as the fence.
-- p: {tenant_id, conversation_id, seq, fence, spent_tokens, spent_cost (of earlier calls of this try),
--   input_tokens (an upper bound), max_output,
--   enough_output (while others hold the rest, the caller waits rather than take less than this),
--   min_output (fewer make no sense), input_price, output_price (dollars a token; null = the model has no price)}
-- Answers {status: none (no budget) | granted | busy (held by turns that run; try again) | exhausted | unpriced |
--   fenced, max_output}.
create or replace function reserve_budget(p jsonb) returns json
language plpgsql as $$
declare
  v_conversation uuid := (p ->> 'conversation_id')::uuid;
  v_seq integer := (p ->> 'seq')::int;
  v_fence bigint := (p ->> 'fence')::bigint;
  v_link uuid;
  b link_budgets;
  v_held_tokens bigint;
  v_held_cost numeric;
  v_most bigint := (p ->> 'max_output')::bigint;
  v_least bigint := least(v_most, (p ->> 'min_output')::bigint);
  v_enough bigint := coalesce((p ->> 'enough_output')::bigint, v_least);
  v_spent bigint := (p ->> 'spent_tokens')::bigint;
  v_spent_cost numeric := (p ->> 'spent_cost')::numeric;
  v_input bigint := (p ->> 'input_tokens')::bigint;
  v_in numeric := (p ->> 'input_price')::numeric;
  v_out numeric := (p ->> 'output_price')::numeric;
  -- what would be left with nobody else at work, and what is left
  v_alone bigint;
  v_output bigint;
begin
  perform enter_tenant((p ->> 'tenant_id')::uuid);
  -- Conversation (or its analysis) before link, as in the commit: a try that was taken over cannot get between a
  -- commit and its charge.
  if v_seq = 0 then
    select c.link_id into v_link
    from session_analyses a
    join text_conversations c on c.id = a.conversation_id
    where a.conversation_id = v_conversation
      and a.attempts = v_fence
      and a.status = 'pending'
    for share of a;
  else
    select link_id into v_link
    from text_conversations
    where id = v_conversation and fence = v_fence and status = 'active'
    for share;
  end if;
  if not found then return json_build_object('status', 'fenced'); end if;
  -- The row is the queue: calls of one link reserve one after the other.
  select * into b from link_budgets where link_id = v_link for no key update;
  if not found or (b.max_tokens is null and b.max_cost is null) then
    return json_build_object('status', 'none');
  end if;
  if b.hard and b.max_cost is not null and (v_in is null or v_out is null) then
    return json_build_object('status', 'unpriced');
  end if;
  select coalesce(sum(r.tokens), 0), coalesce(sum(r.cost), 0) into v_held_tokens, v_held_cost
  from budget_reservations r
  join text_conversations c on c.id = r.conversation_id
  where r.link_id = v_link
    and holds_budget(r, c)
    and not (r.conversation_id = v_conversation and r.seq = v_seq);
  v_alone := budget_output(b, v_most, v_spent + v_input, v_spent_cost + coalesce(v_input * v_in, 0), v_out);
  v_output := budget_output(
    b, v_most, v_held_tokens + v_spent + v_input, v_held_cost + v_spent_cost + coalesce(v_input * v_in, 0), v_out
  );
  if b.hard and v_output < greatest(v_least, least(v_alone, v_enough)) then
    -- Who waits holds no more than it has used, else two that wait could keep each other waiting.
    update budget_reservations
    set tokens = v_spent, cost = v_spent_cost
    where conversation_id = v_conversation and seq = v_seq and fence = v_fence;
    return json_build_object('status', case when v_alone < v_least then 'exhausted' else 'busy' end);
  end if;
  if not b.hard then v_output := v_most; end if;
  -- Dead ones are cleared in passing; one that a commit is just removing is left to it, else the two would wait for
  -- each other.
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
    v_conversation, v_seq, v_fence, b.tenant_id, v_link, v_spent + v_input + v_output,
    v_spent_cost + coalesce(v_input * v_in + v_output * v_out, 0)
  )
  on conflict (conversation_id, seq, fence) do update
  set tokens = excluded.tokens, cost = excluded.cost;
  return json_build_object('status', 'granted', 'max_output', v_output);
end
$$;
