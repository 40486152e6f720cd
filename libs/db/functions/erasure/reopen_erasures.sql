-- Reopens finished erasures whose data has reappeared, as after the restore of a single table: a session with content,
-- or a memory from before. Returns how many.
create or replace function reopen_erasures(p_limit integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_ids uuid[];
begin
  select coalesce(array_agg(id), '{}') into v_ids
  from (
    select e.id
    from erasures e
    where e.state = 'done'
      and (
        exists (
          select
          from erasure_sessions s
          join text_conversations c on c.id = s.conversation_id
          where s.erasure_id = e.id and c.purged_at is null
        )
          or exists (
            select
            from memories m
            where m.tenant_id = e.tenant_id
              and m.subject_hash = e.memory_hash
              and (e.memory_agent is null or m.agent_id = e.memory_agent)
              and m.updated_at < e.erased_before
          )
      )
      and not exists (
        select
        from erasures o
        where o.tenant_id = e.tenant_id
          and o.kind = e.kind
          and o.subject_hash = e.subject_hash
          and o.state <> 'done'
      )
    order by e.done_at desc
    limit p_limit
    for no key update skip locked
  ) found;
  -- Of several erasures of one subject only the newest: it covers the others.
  update erasures e
  set state = 'waiting', cause = 'restore', step = 0, position = null, next_at = clock_timestamp(), done_at = null
  where id in (
    select distinct on (tenant_id, kind, subject_hash) id
    from erasures
    where id = any(v_ids)
    order by tenant_id, kind, subject_hash, erased_before desc
  );
  update erasure_sessions s
  set erased_at = null
  from text_conversations c
  where s.erasure_id = any(v_ids) and c.id = s.conversation_id and c.purged_at is null;
  return cardinality(v_ids);
end
$$;

select run_across_tenants('reopen_erasures');
