-- Stores an answer under the caller's key and under the signature of the request, whichever exist.
create or replace function keep_answer(p_tenant uuid, p_scope text, p json, p_answer json)
returns void
language plpgsql as $$
begin
  update idempotency_keys
  set response = p_answer
  where tenant_id = p_tenant
    and scope = p_scope
    and response is null
    and key in ('sig:' || (p ->> 'signature'), 'key:' || (p ->> 'idem_key'));
end
$$;
