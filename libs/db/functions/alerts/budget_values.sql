-- How much of each budget is spent, in percent: (link, value, fires). A hard budget refuses a call that does not fit,
-- so it counts as used up before all of it is spent: as soon as turns were refused for it. Refusals from before a
-- recovery are ignored, because the hours cannot tell them from new ones.
create or replace function budget_values(a alerts) returns table (subject uuid, value numeric, fires boolean)
language sql stable as $$
  select
    b.link_id, s.percent,
    s.percent >= a.threshold
    or (
      a.kind = 'budget_used_up'
      and not exists (
        select
        from alert_firings f
        where f.alert_id = a.id
          and f.subject = b.link_id
          and f.recovered_at > clock_timestamp() - interval '2 hours'
      )
      and exists (
        select
        from analytics_rollups r
        where r.tenant_id = a.tenant_id
          and r.family = 'times'
          and r.grain = 'hour'
          and r.link_id = b.link_id
          and r.period >= date_trunc('hour', clock_timestamp()) - interval '1 hour'
          and 'failed/budget_exhausted' = any(r.names)
      )
    )
  from link_budgets b
  join temporary_chat_links l on l.id = b.link_id and l.deleted_at is null
  cross join lateral (
    select round(100 * greatest(b.tokens_used / b.max_tokens::numeric, b.cost_used / b.max_cost), 1) as percent
  ) s
  where b.tenant_id = a.tenant_id
    and (b.max_tokens is not null or b.max_cost is not null)
    and (a.agent_id is null or l.agent_id = a.agent_id)
    and (a.link_id is null or b.link_id = a.link_id)
$$;
