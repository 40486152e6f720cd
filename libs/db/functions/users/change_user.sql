-- Gives a person of the transaction's tenant another role (p_role), or takes the person out (p_role null), which ends
-- the person's sessions. Changes of a tenant wait for each other here, so that two at once cannot each count on the
-- other owner. Answers changed; not_found (or removed before); last_owner: no other owner has signed in, so nothing
-- was changed. A person who was only invited does not count: the address may be a mistake, and nobody could sign in
-- with it.
create or replace function change_user(p_tenant uuid, p_id uuid, p_role text)
returns text
language plpgsql as $$
declare
  v_user users;
begin
  perform pg_advisory_xact_lock(hashtextextended('owners:' || p_tenant, 0));
  select * into v_user
  from users
  where id = p_id and tenant_id = p_tenant and removed_at is null
  for update;
  if not found then
    return 'not_found';
  end if;
  if v_user.role = 'owner' and v_user.signed_in_at is not null and p_role is distinct from 'owner' and not exists (
    select
    from users
    where tenant_id = p_tenant
      and id <> p_id
      and role = 'owner'
      and signed_in_at is not null
      and removed_at is null
  ) then
    return 'last_owner';
  end if;
  update users
  set role = coalesce(p_role, role),
      removed_at = case when p_role is null then clock_timestamp() end
  where id = p_id;
  -- So that nothing of it lives again when the person is invited once more.
  if p_role is null then
    update user_sessions
    set ended_at = clock_timestamp()
    where tenant_id = p_tenant and user_id = p_id and ended_at is null;
    delete from sign_in_links where tenant_id = p_tenant and user_id = p_id;
  end if;
  return 'changed';
end
$$;
