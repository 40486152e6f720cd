-- Changes the role of a person of the transaction's tenant (p_role), or removes the person (p_role null), which ends
-- the person's sessions. Changes of a tenant are serialised here, so that two concurrent ones cannot each count on the
-- other owner. Returns changed; not_found (or removed before); last_owner: no other owner could sign in
-- (is_last_owner()), so nothing was changed.
create or replace function change_user(p_tenant uuid, p_id uuid, p_role text)
returns text
language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('owners:' || p_tenant, 0));
  perform from users where id = p_id and tenant_id = p_tenant and removed_at is null for update;
  if not found then
    return 'not_found';
  end if;
  if p_role is distinct from 'owner' and is_last_owner(p_tenant, p_id) then
    return 'last_owner';
  end if;
  update users
  set role = coalesce(p_role, role),
      removed_at = case when p_role is null then clock_timestamp() end,
      disabled_at = case when p_role is not null then disabled_at end
  where id = p_id;
  if p_role is null then
    perform end_sign_in(p_tenant, p_id);
  end if;
  return 'changed';
end
$$;
