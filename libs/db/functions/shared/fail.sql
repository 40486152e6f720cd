-- Failures that a function raises carry SQLSTATE PA001 and the error code of the registry as message.
create or replace function fail(p_code text) returns void
language plpgsql as $$
begin
  raise exception using errcode = 'PA001', message = p_code;
end
$$;
