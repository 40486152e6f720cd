-- Those of p_ids that this database has no erasure of.
create or replace function unknown_erasures(p_ids uuid[]) returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select i
  from unnest(p_ids) i
  where not exists (select from erasures where id = i)
$$;

select run_across_tenants('unknown_erasures');
