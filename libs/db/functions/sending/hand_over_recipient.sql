-- The last check before a message goes to its provider; records that it is about to. Only the newest attempt may, while
-- its claim holds for p_need_ms more; nobody who has unsubscribed since, or whose send-out was cancelled, is sent
-- anything. Returns go | stale | ended.
create or replace function hand_over_recipient(p_tenant uuid, p_id uuid, p_attempt integer, p_need_ms integer)
returns text
language plpgsql as $$
declare
  v_now timestamptz;
  r send_out_recipients;
  s send_outs;
begin
  perform enter_tenant(p_tenant);
  select * into r from send_out_recipients where id = p_id for no key update;
  v_now := clock_timestamp();
  if r.id is null or r.attempts <> p_attempt or r.ended_at is not null
    or r.claimed_until < v_now + make_interval(secs => p_need_ms / 1000.0)
  then
    return 'stale';
  end if;
  select * into s from send_outs where id = r.send_out_id;
  -- A message that may have arrived is not undone by a later cancellation or suppression.
  if r.handed_over_at is null and s.cancelled_at is not null then
    perform end_recipient(p_id, 'cancelled', null);
    return 'ended';
  end if;
  if r.handed_over_at is null and s.channel in ('email', 'sms') and exists (
    select from suppressions x where x.tenant_id = p_tenant and x.address_hash = r.address_hash
  ) then
    perform end_recipient(p_id, 'suppressed', null);
    return 'ended';
  end if;
  update send_out_recipients
  set handed_over_at = coalesce(handed_over_at, v_now)
  where id = p_id;
  return 'go';
end
$$;
