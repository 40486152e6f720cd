-- Marks rows of the outbox as acknowledged by the bus.
create or replace function outbox_sent(p_ids uuid[]) returns void
language sql security definer set search_path = public, pg_temp as $$
  update outbox set sent_at = clock_timestamp() where id = any(p_ids)
$$;

select run_across_tenants('outbox_sent');
