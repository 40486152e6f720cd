-- Stops a send-out: recipients not written to yet are cancelled. An attempt already handed to a provider ends as it
-- does. Idempotent by state.
create or replace function cancel_send_out(p_tenant uuid, p_id uuid) returns void
language plpgsql as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  update send_outs set cancelled_at = v_now where id = p_id and tenant_id = p_tenant and cancelled_at is null;
  update send_out_recipients
  set status = 'cancelled', ended_at = v_now, claimed_until = null
  where send_out_id = p_id
    and tenant_id = p_tenant
    and ended_at is null
    and handed_over_at is null;
end
$$;
