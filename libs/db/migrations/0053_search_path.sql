-- Functions that run with the rights of another role look names up in temporary tables last: a temporary table of the caller with the name of
-- one of ours would otherwise stand before it. pg_catalog comes first without being named; named first, it is where tables would be created.
do $$
declare f regprocedure;
begin
  for f in select p.oid from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'public' and p.prosecdef loop
    execute format('alter function %s set search_path = public, pg_temp', f);
  end loop;
end $$;
