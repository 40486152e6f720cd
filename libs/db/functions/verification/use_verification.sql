-- Uses up a code. False = already used, or replaced by a newer one meanwhile.
create or replace function use_verification(p_tenant uuid, p_code uuid, p_link uuid, p_address text)
returns boolean
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update link_verifications
  set used_at = clock_timestamp()
  where link_id = p_link
    and address_hash = p_address
    and code_id = p_code
    and used_at is null
    and expires_at > clock_timestamp();
  return found;
end
$$;
