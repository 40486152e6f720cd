-- Writes an audit entry for whoever the transaction acts for (`app.actor`, set by `Db.tenant`); unset = no entry.
create or replace function note_act(
  p_tenant uuid, p_action text, p_target_type text, p_target_id text, p_details jsonb default '{}'
)
returns void
language plpgsql as $$
declare
  v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
begin
  if v_actor is null then return; end if;
  insert into audit_entries (tenant_id, actor, call, request_id, action, target_type, target_id, details)
  values (
    p_tenant, v_actor - '{call,request_id}'::text[], v_actor ->> 'call', v_actor ->> 'request_id',
    p_action, p_target_type, p_target_id, p_details
  );
end
$$;
