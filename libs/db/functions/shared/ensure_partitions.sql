-- Partitions: this month and the two after it. Runs as the owner of the parents (DDL), callable by the cleanup job.
create or replace function ensure_partitions(p_months_ahead integer default 2) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  parent text;
  month date;
  made integer := 0;
  partition text;
begin
  perform pg_advisory_xact_lock(hashtext('parley.partitions'));
  foreach parent in array array['text_conversation_messages', 'session_events'] loop
    for i in 0..p_months_ahead loop
      month := (date_trunc('month', now() at time zone 'utc') + make_interval(months => i))::date;
      partition := parent || '_' || to_char(month, 'YYYY_MM');
      if to_regclass(partition) is null then
        execute format(
          'create table %I partition of %I for values from (%L) to (%L)', partition, parent,
          month::timestamp at time zone 'utc', (month + interval '1 month')::timestamp at time zone 'utc'
        );
        made := made + 1;
      end if;
    end loop;
  end loop;
  return made;
end
$$;

revoke all on function ensure_partitions(integer) from public;
grant execute on function ensure_partitions(integer) to parley_app;
select ensure_partitions(2);
