-- A message that its provider had accepted did not arrive (p_what bounced, undelivered), or its reader complained or
-- unsubscribed. What did not arrive is failed, and emitted (`delivery.failed`); the rest stays sent. Once: later
-- reports of the provider change nothing.
create or replace function note_undelivered(p_tenant uuid, p_id uuid, p_what text) returns void
language plpgsql as $$
declare
  r send_out_recipients;
begin
  perform enter_tenant(p_tenant);
  update send_out_recipients
  set outcome = p_what, status = case when p_what in ('bounced', 'undelivered') then 'failed' else status end
  where id = p_id
    and status = 'sent'
    and outcome is distinct from p_what
  returning * into r;
  if r.id is null or r.status <> 'failed' then return; end if;
  perform emit_fact(
    r.tenant_id, 'links.v1.event.delivery_failed', r.send_out_id::text,
    jsonb_build_object(
      'tenantId', r.tenant_id, 'deliveryId', r.send_out_id, 'recipientId', r.id,
      'linkId', coalesce(r.link_id, (select s.link_id from send_outs s where s.id = r.send_out_id))
    )
  );
end
$$;
