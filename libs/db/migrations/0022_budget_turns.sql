-- What a turn costs, exactly: a reservation ends with its try's fence and not with a clock, so no charge ever comes for room that was given to others.
alter table link_budgets alter column cost_used type numeric(20, 12);
alter table budget_reservations alter column cost type numeric(20, 12);

-- Whether a try still may be charged: its fence is the session's, or the session was ended under it a moment ago and what the model said until
-- then is being told. A runner that dies gives its room back when another one takes the session over.
create function holds_budget(r budget_reservations, c text_conversations) returns boolean language sql stable as $$
  select (c.fence = r.fence and c.done_seq < r.seq) or (c.status <> 'active' and c.fence = r.fence + 1 and c.ended_at > clock_timestamp() - interval '1 minute')
$$;

-- Takes leases as before, and tells beside each which link's budget its turns are to be counted on (null = none).
create or replace function acquire_sessions(items jsonb) returns setof json language plpgsql as $$
declare item jsonb; v_lease json;
begin
  for item in select value from jsonb_array_elements(items) order by (value ->> 'conversation_id')::uuid
  loop
    perform enter_tenant((item ->> 'tenant_id')::uuid);
    v_lease := acquire_session(item);
    return next json_build_object('i', item -> 'i', 'lease', v_lease,
      'budget_link', case when v_lease is not null then budget_link((item ->> 'conversation_id')::uuid) end);
  end loop;
end $$;

create function budget_link(p_conversation uuid) returns uuid language plpgsql stable as $$
begin
  return (select b.link_id from text_conversations c join link_budgets b on b.link_id = c.link_id
           where c.id = p_conversation and (b.max_tokens is not null or b.max_cost is not null));
end $$;

-- For a lane that goes on without taking its lease anew.
create function session_budget(p_tenant uuid, p_conversation uuid) returns uuid language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  return budget_link(p_conversation);
end $$;

-- Reserves what one model call of a running turn may cost at most, in place of what this try had reserved before.
-- p: {tenant_id, conversation_id, seq, fence, spent_tokens, spent_cost (of earlier calls of this try), input_tokens (an upper bound), max_output,
--     enough_output (while others hold the rest, the caller waits rather than take less than this), min_output (fewer make no sense),
--     input_price, output_price (dollars a token; null = the model has no price)}
-- Answers {status: none (no budget) | granted | busy (held by turns that run; try again) | exhausted | unpriced | fenced, max_output}.
create or replace function reserve_budget(p jsonb) returns json language plpgsql as $$
declare
  v_conversation uuid := (p ->> 'conversation_id')::uuid; v_seq integer := (p ->> 'seq')::int; v_fence bigint := (p ->> 'fence')::bigint;
  v_link uuid; b link_budgets; v_held_tokens bigint; v_held_cost numeric; v_most bigint := (p ->> 'max_output')::bigint;
  v_least bigint := least(v_most, (p ->> 'min_output')::bigint); v_enough bigint := coalesce((p ->> 'enough_output')::bigint, v_least);
  v_spent bigint := (p ->> 'spent_tokens')::bigint; v_spent_cost numeric := (p ->> 'spent_cost')::numeric;
  v_input bigint := (p ->> 'input_tokens')::bigint; v_in numeric := (p ->> 'input_price')::numeric; v_out numeric := (p ->> 'output_price')::numeric;
  -- what would be left with nobody else at work, and what is left
  v_alone bigint; v_output bigint;
begin
  perform enter_tenant((p ->> 'tenant_id')::uuid);
  -- Conversation before link, as in the commit: a try that was taken over cannot get between a commit and its charge.
  select link_id into v_link from text_conversations where id = v_conversation and fence = v_fence and status = 'active' for share;
  if not found then return json_build_object('status', 'fenced'); end if;
  -- The row is the queue: calls of one link reserve one after the other.
  select * into b from link_budgets where link_id = v_link for no key update;
  if not found or (b.max_tokens is null and b.max_cost is null) then return json_build_object('status', 'none'); end if;
  if b.hard and b.max_cost is not null and (v_in is null or v_out is null) then return json_build_object('status', 'unpriced'); end if;
  select coalesce(sum(r.tokens), 0), coalesce(sum(r.cost), 0) into v_held_tokens, v_held_cost
    from budget_reservations r join text_conversations c on c.id = r.conversation_id
   where r.link_id = v_link and holds_budget(r, c) and not (r.conversation_id = v_conversation and r.seq = v_seq);
  v_alone := budget_output(b, v_most, v_spent + v_input, v_spent_cost + coalesce(v_input * v_in, 0), v_out);
  v_output := budget_output(b, v_most, v_held_tokens + v_spent + v_input, v_held_cost + v_spent_cost + coalesce(v_input * v_in, 0), v_out);
  if b.hard and v_output < greatest(v_least, least(v_alone, v_enough)) then
    -- Who waits holds no more than it has used, else two that wait could keep each other waiting.
    update budget_reservations set tokens = v_spent, cost = v_spent_cost where conversation_id = v_conversation and seq = v_seq and fence = v_fence;
    return json_build_object('status', case when v_alone < v_least then 'exhausted' else 'busy' end);
  end if;
  if not b.hard then v_output := v_most; end if;
  -- Dead ones are cleared in passing; one that a commit is just removing is left to it, else the two would wait for each other.
  delete from budget_reservations where (conversation_id, seq, fence) in (select r.conversation_id, r.seq, r.fence
    from budget_reservations r join text_conversations c on c.id = r.conversation_id
   where r.link_id = v_link and not holds_budget(r, c) limit 20 for update of r skip locked);
  insert into budget_reservations (conversation_id, seq, fence, tenant_id, link_id, tokens, cost)
  values (v_conversation, v_seq, v_fence, b.tenant_id, v_link, v_spent + v_input + v_output, v_spent_cost + coalesce(v_input * v_in + v_output * v_out, 0))
  on conflict (conversation_id, seq, fence) do update set tokens = excluded.tokens, cost = excluded.cost;
  return json_build_object('status', 'granted', 'max_output', v_output);
end $$;

-- How many tokens of output fit beside what is taken; negative = not even that fits.
create function budget_output(b link_budgets, p_most bigint, p_tokens bigint, p_cost numeric, p_price numeric) returns bigint language plpgsql immutable as $$
declare v_rest numeric := b.max_cost - b.cost_used - p_cost;
begin
  return least(p_most, b.max_tokens - b.tokens_used - p_tokens,
    case when v_rest is null or p_price is null then null
         when v_rest < 0 then -1
         when p_price = 0 then p_most
         else least(floor(v_rest / p_price), p_most)::bigint end);
end $$;

-- Counts what a try has used that will never be committed (its runner stops, its session was ended under it), and frees the rest.
-- p: {tenant_id, conversation_id, seq, fence, tokens, cost}. Idempotent: the reservation is charged once, by whoever removes it.
create function abandon_budget(p jsonb) returns boolean language plpgsql as $$
declare c text_conversations; r budget_reservations;
begin
  perform enter_tenant((p ->> 'tenant_id')::uuid);
  select * into c from text_conversations where id = (p ->> 'conversation_id')::uuid for no key update;
  delete from budget_reservations where conversation_id = c.id and seq = (p ->> 'seq')::int and fence = (p ->> 'fence')::bigint returning * into r;
  if not found or not holds_budget(r, c) then return false; end if;
  update link_budgets set tokens_used = tokens_used + (p ->> 'tokens')::bigint, cost_used = cost_used + (p ->> 'cost')::numeric where link_id = r.link_id;
  return true;
end $$;
