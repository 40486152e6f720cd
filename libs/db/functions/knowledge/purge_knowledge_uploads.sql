-- Parts of uploads that never became a document. Returns how many.
create or replace function purge_knowledge_uploads() returns integer
language sql security definer set search_path = public, pg_temp as $$
  with gone as (delete from knowledge_uploads where created_at < clock_timestamp() - interval '1 hour' returning 1)
  select count(*)::integer
  from gone
$$;

select run_across_tenants('purge_knowledge_uploads');
