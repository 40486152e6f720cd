-- Writes a fact with all that follows from it, in the transaction that makes it true: the row for the bus, and the
-- deliveries to receivers of webhooks. p_subject: of the event contract, without the key; p_fact: per its schema. p_id:
-- the id of the message on the bus and the `webhook-id`.
create or replace function emit_fact(
  p_tenant uuid, p_subject text, p_key text, p_fact jsonb, p_id uuid default gen_random_uuid()
)
returns void
language plpgsql as $$
begin
  insert into outbox (id, tenant_id, subject, key, payload)
  values (p_id, p_tenant, p_subject, p_key, p_fact);
  perform deliver_fact(p_id, p_tenant, p_subject, p_fact);
end
$$;
