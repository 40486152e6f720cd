-- Drops partitions of past months that are empty: their rows were removed with their sessions. A partition in use is
-- left for the next time, and so is one whose rows this role might not see. Runs as the owner of the parents (DDL),
-- callable by the cleanup job. Returns how many were dropped.
create or replace function drop_partitions() returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  p record;
  v_empty boolean;
  v_dropped integer := 0;
begin
  perform pg_advisory_xact_lock(hashtext('parley.partitions'));
  set local lock_timeout = '200ms';
  for p in
    select c.oid, c.relname as name, i.inhparent::regclass as parent
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent in ('text_conversation_messages'::regclass, 'session_events'::regclass)
      and c.relname ~ '_[0-9]{4}_[0-9]{2}$'
      and not c.relrowsecurity
      -- The month before this one may still be written to by a transaction that began in it.
      and to_date(right(c.relname, 7), 'YYYY_MM') < date_trunc('month', now() at time zone 'utc') - interval '1 month'
    order by 2
  loop
    begin
      execute format('select not exists (select from %I)', p.name) into v_empty;
      continue when not v_empty;
      -- Locks the parent first, as the drop will, so that its readers never deadlock with this.
      execute format('lock table %s, %I in access exclusive mode', p.parent, p.name);
      execute format('select not exists (select from %I)', p.name) into v_empty;
      continue when not v_empty;
      execute format('drop table %I', p.name);
      v_dropped := v_dropped + 1;
      -- One at a time: the parent is locked until the transaction ends.
      exit;
    exception
      when lock_not_available or deadlock_detected then null;
    end;
  end loop;
  return v_dropped;
end
$$;

revoke all on function drop_partitions() from public;
grant execute on function drop_partitions() to parley_app;
