-- Takes one of the five tries of the newest code of a request before anything is compared, so that no number of
-- parallel guesses gets a sixth. Returns {status: open | expired | none, code_id, salt, code_hash (hex)}; a code whose
-- tries are used up is expired.
create or replace function take_verification_try(p_tenant uuid, p_link uuid, p_address text, p_request text)
returns json
language plpgsql as $$
declare
  v link_verifications;
begin
  perform enter_tenant(p_tenant);
  select * into v
  from link_verifications
  where link_id = p_link
    and address_hash = p_address
    and request_hash = p_request
  order by created_at desc
  limit 1
  for update;
  if not found or v.used_at is not null then
    return json_build_object('status', 'none');
  end if;
  if v.tries >= 5 or v.expires_at <= clock_timestamp() then
    return json_build_object('status', 'expired');
  end if;
  update link_verifications set tries = tries + 1 where code_id = v.code_id;
  return json_build_object(
    'status', 'open', 'code_id', v.code_id, 'salt', encode(v.salt, 'hex'), 'code_hash', encode(v.code_hash, 'hex')
  );
end
$$;
