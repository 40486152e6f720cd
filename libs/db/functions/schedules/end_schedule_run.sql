-- Records how an occurrence ended, once, in the transaction of its work. Returns whether it had not ended before: on
-- false the caller must roll back the rest of the transaction.
create or replace function end_schedule_run(
  p_tenant uuid, p_id uuid, p_status text, p_outcome text, p_send_out uuid
)
returns boolean
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update schedule_runs
  set
    status = p_status,
    outcome = p_outcome,
    send_out_id = p_send_out,
    claimed_until = null,
    ended_at = clock_timestamp()
  where id = p_id and status = 'pending';
  return found;
end
$$;
