-- Sessions with unprocessed input: accepted more than p_older_ms ago, no live lease. Their wake-up was lost, or their
-- worker crashed.
create or replace function waiting_sessions(p_older_ms integer, p_limit integer)
returns table (tenant_id uuid, session_id text, conversation_id uuid, seq integer)
language sql stable security definer set search_path = public, pg_temp as $$
  select c.tenant_id, c.session_id, c.id, c.done_seq + 1
  from (
    select distinct t.conversation_id
    from (
      select conversation_id
      from session_turns
      where status = 'pending'
        and created_at < clock_timestamp() - make_interval(secs => p_older_ms / 1000.0)
      order by created_at
      limit p_limit * 4
    ) t
  ) w
  join text_conversations c on c.id = w.conversation_id
  where c.status = 'active'
    and (c.lease_until is null or c.lease_until < clock_timestamp())
  limit p_limit
$$;

select run_across_tenants('waiting_sessions');

select keep_index_plans('waiting_sessions');
