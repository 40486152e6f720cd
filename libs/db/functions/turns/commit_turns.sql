-- Commits finished turns of many sessions in one statement (group commit), each behind its own fence.
-- items: [{i, tenant_id, conversation_id, fence, seq, kind, lease_ms, failed: code | null, dead: reason | null,
--   state, node_id, node_name, node_changed, ended: boolean, turn_number,
--   user: {content, client_message_id, files, created_at} | null, messages: [{node_id, node_name, content}],
--   transitions: [...], variables: {name: value},
--   notices: [{type, payload}] (further events of the turn),
--   result, trace: JSON as text, so that their bytes stay,
--   spent: {link_id, tokens, cost} of a turn that reserved budget,
--   escalation: {reason, source, silent} = the turn requested a human; silent: the agent stays silent from then on,
--   timer_seconds: the node's next timeout, counted from its entry; null = none, absent = unchanged,
--   memory: {agent_id, subject, address_sealed, notes: [text]} of a confirmed person, as note_memory() takes them,
--   escalate_after: this many failed messages in a row request a human; 0 = never}]
-- Returns {i, outcome: committed | fenced, more: turns wait, head: newest event offset, events: [...]}. A link is
-- charged once, because only one commit of a turn passes the fence.
-- Cost: rows are locked in the order of their ids, budgets after them.
create or replace function commit_turns(items jsonb) returns setof json
language plpgsql as $$
declare
  item jsonb;
  r json;
  s record;
  v_spent jsonb := '[]';
  v_memories jsonb := '[]';
begin
  for item in
    select value from jsonb_array_elements(items) order by (value ->> 'conversation_id')::uuid
  loop
    perform enter_tenant((item ->> 'tenant_id')::uuid);
    if item ->> 'failed' is null then
      r := commit_turn(item);
    else
      r := fail_turn(item);
    end if;
    if r ->> 'outcome' = 'committed' then
      if jsonb_typeof(item -> 'spent') = 'object' then
        delete from budget_reservations
        where conversation_id = (item ->> 'conversation_id')::uuid
          and seq <= (item ->> 'seq')::int;
        v_spent := v_spent
          || jsonb_build_array((item -> 'spent') || jsonb_build_object('tenant_id', item -> 'tenant_id'));
      end if;
      if item ->> 'failed' is null and item ? 'memory' then
        v_memories := v_memories || jsonb_build_array(item);
      end if;
      if item ->> 'failed' is null and (item ? 'timer_seconds' or item ? 'escalation') then
        perform note_waiting(item);
      end if;
      if item ->> 'failed' is not null and (item ->> 'escalate_after')::int > 0 then
        r := escalate_failing(item, r);
      end if;
    end if;
    return next r;
  end loop;
  -- After the conversations, and in one order, so that two batches never deadlock.
  for item in
    select value from jsonb_array_elements(v_memories) order by value -> 'memory' ->> 'subject'
  loop
    perform enter_tenant((item ->> 'tenant_id')::uuid);
    perform note_memory(
      (item ->> 'conversation_id')::uuid, (item -> 'memory' ->> 'agent_id')::uuid, item -> 'memory' ->> 'subject',
      item -> 'memory' ->> 'address_sealed', item -> 'memory' -> 'notes'
    );
  end loop;
  for s in
    select
      (value ->> 'link_id')::uuid as link_id, (value ->> 'tenant_id')::uuid as tenant_id,
      sum((value ->> 'tokens')::bigint) as tokens, sum((value ->> 'cost')::numeric) as cost
    from jsonb_array_elements(v_spent)
    group by 1, 2
    order by 1
  loop
    perform enter_tenant(s.tenant_id);
    update link_budgets
    set tokens_used = tokens_used + s.tokens, cost_used = cost_used + coalesce(s.cost, 0)
    where link_id = s.link_id;
  end loop;
end
$$;

select keep_index_plans('commit_turns');
