-- Functions that run with the rights of another role look names up in pg_catalog first and in temporary tables last: a temporary table of
-- the caller with the name of one of ours would otherwise stand before it.
do $$
declare f regprocedure;
begin
  for f in select p.oid from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'public' and p.prosecdef loop
    execute format('alter function %s set search_path = pg_catalog, public, pg_temp', f);
  end loop;
end $$;
