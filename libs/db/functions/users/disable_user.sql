-- Disables a person of the transaction's tenant, which ends the person's sessions, or (p_disabled false) lets them sign
-- in again. Idempotent by state. Serialised with other changes of the tenant, like change_user(). Returns changed;
-- not_found (or removed); last_owner: no other owner could sign in, so nothing was changed.
create or replace function disable_user(p_tenant uuid, p_id uuid, p_disabled boolean)
returns text
language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('owners:' || p_tenant, 0));
  perform from users where id = p_id and tenant_id = p_tenant and removed_at is null for update;
  if not found then
    return 'not_found';
  end if;
  if p_disabled and is_last_owner(p_tenant, p_id) then
    return 'last_owner';
  end if;
  update users
  set disabled_at = case when p_disabled then coalesce(disabled_at, clock_timestamp()) end
  where id = p_id;
  if p_disabled then
    perform end_sign_in(p_tenant, p_id);
  end if;
  return 'changed';
end
$$;
