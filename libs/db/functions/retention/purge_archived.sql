-- purge_sessions() of archived sessions: removes the content only of those of p_ids whose time has come.
-- p_default_days: as there. Idempotent.
create or replace function purge_archived(p_default_days integer, p_ids uuid[])
returns table (looked integer, purged integer, recent text[])
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_held uuid[];
begin
  select coalesce(array_agg(id), '{}') into v_held
  from (
    select id
    from text_conversations
    where id = any(p_ids) and purged_at is null and ended_at is not null
    order by id
    for no key update skip locked
  ) own;
  looked := cardinality(v_held);
  select p.purged, p.recent into purged, recent
  from purge_held(v_held, p_default_days) p;
  return next;
end
$$;

select run_across_tenants('purge_archived');
