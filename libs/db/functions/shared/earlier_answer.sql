-- Stores the first answer of a request with a key. Returns the earlier one, or null for the first. Throws
-- idempotency_key_reused.
create or replace function earlier_answer(p_tenant uuid, p_scope text, p jsonb) returns json
language plpgsql as $$
declare
  k idempotency_keys;
  v_key text;
  v_answer json;
begin
  -- The inserts wait for a first request that still runs, so exactly one of two equal requests continues. The signature
  -- counts beside the caller's key: a captured request must not run again under another key.
  foreach v_key in
    array array_remove(array['sig:' || (p ->> 'signature'), 'key:' || (p ->> 'idem_key')], null)
  loop
    insert into idempotency_keys (tenant_id, scope, key, fingerprint)
    values (p_tenant, p_scope, v_key, coalesce(p ->> 'idem_fingerprint', ''))
    on conflict do nothing;
    if not found then
      select * into k
      from idempotency_keys
      where tenant_id = p_tenant and scope = p_scope and key = v_key;
      if v_key like 'key:%' and k.fingerprint is distinct from p ->> 'idem_fingerprint' then
        perform fail('idempotency_key_reused');
      end if;
      v_answer := k.response;
    end if;
  end loop;
  return v_answer;
end
$$;
