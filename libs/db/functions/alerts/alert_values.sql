-- The current values of a rule: (subject, value, fires), one row for each link or endpoint that has a value of its own,
-- else one with the nil id. value null = too few data to say anything.
create or replace function alert_values(a alerts) returns table (subject uuid, value numeric, fires boolean)
language plpgsql stable as $$
declare
  v_value numeric;
  v_of numeric;
begin
  if a.kind in ('budget_spent', 'budget_used_up') then
    return query select * from budget_values(a);
    return;
  end if;
  if a.kind = 'webhook_failing' then
    return query
    select w.id, v.failures, v.failures >= a.threshold
    from webhook_endpoints w
    cross join lateral (
      select
        case when w.disabled_reason in ('gone', 'failing') then greatest(w.failures, a.threshold) else w.failures end
          as failures
    ) v
    where w.tenant_id = a.tenant_id
      and w.disabled_reason is distinct from 'owner'
      and (a.agent_id is null or w.agent_id = a.agent_id);
    return;
  end if;
  case a.kind
    when 'failed_turns' then
      v_value := rollup_sum(a, 'times', 'failed/%');
    when 'failed_turn_rate' then
      v_of := rollup_sum(a, 'usage', 'messages');
      v_value := rollup_sum(a, 'times', 'failed/%');
      -- A few failures among few messages are not significant yet; zero failures are.
      v_value := case when v_value = 0 then 0 when v_of >= 10 then round(100 * v_value / v_of, 1) end;
    when 'rating_below' then
      v_of := rollup_sum(a, 'opinions', 'rating/%');
      if v_of >= 5 then v_value := round(rollup_sum(a, 'opinions', 'rating/%', true) / v_of, 2); end if;
    when 'security_events' then
      v_value := rollup_sum(a, 'security', '%');
    when 'waiting_time' then
      select coalesce(round(extract(epoch from clock_timestamp() - min(e.created_at)) / 60, 1), 0) into v_value
      from escalations e
      join text_conversations c on c.id = e.conversation_id
      where e.tenant_id = a.tenant_id
        and e.status = 'open'
        and (a.agent_id is null or c.agent_id = a.agent_id)
        and (a.link_id is null or c.link_id = a.link_id);
    when 'dead_letters' then
      -- More than these need no other answer.
      select count(*) into v_value
      from (
        select from dead_turns where (a.all_tenants or tenant_id = a.tenant_id) and replay_seq is null limit 10000
      ) d;
  end case;
  return query
  select
    '00000000-0000-0000-0000-000000000000'::uuid, v_value,
    coalesce(case when a.kind = 'rating_below' then v_value < a.threshold else v_value >= a.threshold end, false);
end
$$;
