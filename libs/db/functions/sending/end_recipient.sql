-- Records the outcome of a recipient, once, and emits it to listeners (`delivery.sent`, `delivery.failed`).
create or replace function end_recipient(p_id uuid, p_status text, p_outcome text) returns void
language plpgsql as $$
declare
  v_now timestamptz := clock_timestamp();
  r send_out_recipients;
begin
  update send_out_recipients
  set
    status = p_status,
    outcome = p_outcome,
    claimed_until = null,
    ended_at = v_now,
    sent_at = case when p_status = 'sent' then v_now end
  where id = p_id and ended_at is null
  returning * into r;
  if r.id is null or p_status not in ('sent', 'failed') then return; end if;
  perform emit_fact(
    r.tenant_id, 'links.v1.event.delivery_' || p_status, r.send_out_id::text,
    jsonb_build_object(
      'tenantId', r.tenant_id, 'deliveryId', r.send_out_id, 'recipientId', r.id,
      'linkId', coalesce(r.link_id, (select s.link_id from send_outs s where s.id = r.send_out_id))
    )
  );
end
$$;
