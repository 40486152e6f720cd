-- Sessions of a tenant whose digests may be stale: running ones with newer events, the newest 1,000, and 1,000 of those
-- that wait for the rollups. p_running: all running ones, because their words are in no digest.
create or replace function changed_sessions(p_tenant uuid, p_running boolean) returns setof uuid
language sql stable as $$
  select *
  from (
    select c.id
    from text_conversations c
    left join session_digests d on d.conversation_id = c.id
    where c.tenant_id = p_tenant
      and c.ended_at is null
      and (p_running or d.event_offset is distinct from c.event_offset)
    order by c.created_at desc, c.id desc
    limit 1000
  ) running
  union
  select *
  from (
    select conversation_id
    from analytics_due
    where tenant_id = p_tenant
    order by id desc
    limit 1000
  ) due
$$;
