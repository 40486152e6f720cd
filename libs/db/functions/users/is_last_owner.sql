-- Whether a person is the only owner of a tenant who has signed in and may sign in. An owner who was only invited does
-- not count: the address may be a mistake, and nobody could sign in with it. The caller holds the lock `owners:`.
create or replace function is_last_owner(p_tenant uuid, p_id uuid)
returns boolean
language sql stable as $$
  select coalesce(bool_and(id = p_id), false)
  from users
  where tenant_id = p_tenant
    and role = 'owner'
    and signed_in_at is not null
    and removed_at is null
    and disabled_at is null
$$;
