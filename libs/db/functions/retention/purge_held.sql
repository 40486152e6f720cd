-- Removes the content of those of p_held, whose rows the caller has locked, whose time has come; the others get their
-- next date. p_default_days as in purge_sessions().
-- Returns how many were purged, and which of them ended so recently that their live stream may still exist.
create or replace function purge_held(
  p_held uuid[], p_default_days integer, out purged integer, out recent text[]
)
language plpgsql as $$
declare
  v_now timestamptz := clock_timestamp();
  v_ids uuid[];
begin
  -- The link's current setting decides: it may have been extended since the session's time was stored.
  with dated as (
    select c.id, c.ended_at, own_purge_time(l.deleted_at, l.retention_days, c.ended_at) as own
    from text_conversations c
    left join temporary_chat_links l on l.id = c.link_id
    where c.id = any(p_held)
  ),
  judged as (
    select
      id, own, coalesce(coalesce(own, ended_at + make_interval(hours => 24 * p_default_days)) <= v_now, false) as due
    from dated
  ),
  put_off as (update text_conversations c set purge_at = j.own from judged j where c.id = j.id and not j.due)
  select coalesce(array_agg(id), '{}') into v_ids
  from judged
  where due;
  purged := cardinality(v_ids);
  if purged > 0 then perform remove_content(v_ids); end if;
  select coalesce(array_agg(session_id), '{}') into recent
  from text_conversations
  where id = any(v_ids) and ended_at > v_now - interval '1 hour';
end
$$;

revoke all on function purge_held(uuid[], integer) from public;
grant execute on function purge_held(uuid[], integer) to parley_jobs;
