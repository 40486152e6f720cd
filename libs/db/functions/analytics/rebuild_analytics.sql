-- Deletes the rollups of a tenant's sessions and has the next rounds of roll_up() rebuild them: from the rows of the
-- sessions, or, where the content is gone, from their stored numbers. What gateways counted has no other record and
-- stays. Repeatable at any time. Returns how many sessions will be recounted.
create or replace function rebuild_analytics(p_tenant uuid) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_due integer;
begin
  perform analytics_lock();
  delete from analytics_rollups where tenant_id = p_tenant and family not in ('visits', 'connections', 'security');
  delete from analytics_deltas where tenant_id = p_tenant and family not in ('visits', 'connections', 'security');
  delete from analytics_due where tenant_id = p_tenant;
  delete from analytics_sessions s
  using text_conversations c
  where s.tenant_id = p_tenant
    and c.id = s.conversation_id
    and c.purged_at is null;
  insert into analytics_deltas (tenant_id, hour, agent_id, agent_version, link_id, channel, family, name, amount)
  select s.tenant_id, u.hour, s.agent_id, s.agent_version, s.link_id, s.channel, u.family, u.name, sum(u.amount)
  from analytics_sessions s
  cross join lateral unnest(s.hours, s.families, s.names, s.amounts) u(hour, family, name, amount)
  where s.tenant_id = p_tenant
  group by 1, 2, 3, 4, 5, 6, 7, 8;
  insert into analytics_due (tenant_id, conversation_id)
  select tenant_id, id
  from text_conversations
  where tenant_id = p_tenant and purged_at is null;
  get diagnostics v_due = row_count;
  return v_due;
end
$$;

select run_across_tenants('rebuild_analytics');
