-- Removes the content of up to p_limit ended sessions whose time has come. p_default_days: how long sessions are kept
-- when no link says otherwise; null = forever. Idempotent: a purged session is never examined again. It blocks no turn:
-- an ended session has none.
-- Returns how many sessions were examined, how many were purged, and which of them ended so recently that their live
-- stream may still exist.
create or replace function purge_sessions(p_default_days integer, p_limit integer)
returns table (looked integer, purged integer, recent text[])
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_now timestamptz := clock_timestamp();
  v_held uuid[];
  v_more uuid[];
begin
  select coalesce(array_agg(id), '{}') into v_held
  from (
    select id
    from text_conversations
    where purge_at <= v_now and purged_at is null and ended_at is not null
    order by purge_at
    limit p_limit
    for no key update skip locked
  ) own;
  if p_default_days is not null and cardinality(v_held) < p_limit then
    select coalesce(array_agg(id), '{}') into v_more
    from (
      select id
      from text_conversations
      where purge_at is null
        and purged_at is null
        and ended_at <= v_now - make_interval(hours => 24 * p_default_days)
      order by ended_at
      limit p_limit - cardinality(v_held)
      for no key update skip locked
    ) rest;
    v_held := v_held || v_more;
  end if;
  looked := cardinality(v_held);
  select p.purged, p.recent into purged, recent
  from purge_held(v_held, p_default_days) p;
  return next;
end
$$;

select run_across_tenants('purge_sessions');
