-- Like try_access(), but raises an error. Returns the conversation.
create or replace function resolve_access(p_access jsonb) returns uuid
language plpgsql as $$
declare
  r record;
begin
  r := try_access(p_access);
  if r.o_error is not null then perform fail(r.o_error); end if;
  return r.o_id;
end
$$;
