-- Makes a used code valid again, with its try: what it should have opened could not be opened.
create or replace function release_verification(p_tenant uuid, p_code uuid, p_link uuid, p_address text)
returns void
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update link_verifications
  set used_at = null, tries = greatest(0, tries - 1)
  where link_id = p_link
    and address_hash = p_address
    and code_id = p_code
    and used_at is not null;
end
$$;
