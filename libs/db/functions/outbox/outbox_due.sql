-- The outbox: rows that wait longer than p_older_ms are handed to one relay at a time and marked once the bus has
-- acknowledged them.
create or replace function outbox_due(p_older_ms integer, p_limit integer)
returns table (id uuid, subject text, key text, payload jsonb)
language sql security definer set search_path = public, pg_temp as $$
  select id, subject, key, payload
  from outbox
  where sent_at is null
    and created_at <= clock_timestamp() - make_interval(secs => p_older_ms / 1000.0)
  order by created_at
  limit p_limit
  for update skip locked
$$;

select run_across_tenants('outbox_due');
