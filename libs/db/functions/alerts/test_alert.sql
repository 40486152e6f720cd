-- Sends a test to the targets of a rule and the receivers of webhooks; its firing is over at once. The caller is in the
-- tenant.
create or replace function test_alert(p_alert uuid) returns jsonb
language plpgsql as $$
declare
  a alerts;
  f alert_firings;
begin
  select * into a from alerts where id = p_alert;
  if not found then perform fail('alert_not_found'); end if;
  insert into alert_firings (tenant_id, alert_id, cause, subject, threshold, recovered_at)
  values (
    a.tenant_id, a.id, 'test', '00000000-0000-0000-0000-000000000000', a.threshold, clock_timestamp()
  )
  returning * into f;
  perform tell_alert(a, f, 'test');
  return alert_firing_json(f);
end
$$;
