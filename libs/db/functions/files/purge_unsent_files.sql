-- Uploads that were never finished or never sent.
create or replace function purge_unsent_files(p_older interval, p_limit integer) returns integer
language sql security definer set search_path = public, pg_temp as $$
  with gone as (
    delete from session_files
    where id in (
      select id
      from session_files
      where turn_seq is null
        and not keep
        and created_at < clock_timestamp() - p_older
      order by created_at
      limit p_limit
      for update skip locked
    )
    returning 1
  )
  select count(*)::integer
  from gone
$$;

select run_across_tenants('purge_unsent_files');
