-- Opens a session of a user of the transaction's tenant; returns when it expires, null when the user was removed or is
-- disabled. The first one since an invitation makes the user active. A user has at most 20 live sessions; the longest
-- unused ones end. Long-ended sessions are deleted here. From here on the audit names the signed-in user. p_from:
-- {address, request_id} of the request, for the audit.
create or replace function open_user_session(
  p_tenant uuid, p_user uuid, p_id uuid, p_token_id text, p_token_hash bytea, p_via text, p_browser text,
  p_days integer, p_from jsonb
)
returns text
language plpgsql as $$
declare
  v_expires timestamptz := clock_timestamp() + make_interval(days => p_days);
  v_role text;
begin
  update users
  set signed_in_at = coalesce(signed_in_at, clock_timestamp()), last_seen_at = clock_timestamp()
  where id = p_user and tenant_id = p_tenant and removed_at is null and disabled_at is null
  returning role into v_role;
  if not found then
    return null;
  end if;
  update user_sessions
  set ended_at = clock_timestamp()
  where id in (
    select id
    from user_sessions
    where tenant_id = p_tenant and user_id = p_user and ended_at is null
    order by last_used_at desc
    offset 19
  );
  insert into user_sessions (id, tenant_id, user_id, token_id, token_hash, via, browser, expires_at)
  values (p_id, p_tenant, p_user, p_token_id, p_token_hash, p_via, p_browser, v_expires);
  delete from user_sessions
  where tenant_id = p_tenant
    and user_id = p_user
    and least(expires_at, coalesce(ended_at, expires_at)) < clock_timestamp() - interval '30 days';
  delete from sign_in_links where tenant_id = p_tenant and expires_at < clock_timestamp();
  perform set_config(
    'app.actor', (p_from || jsonb_build_object('via', 'user', 'id', p_user, 'role', v_role))::text, true
  );
  perform note_act(p_tenant, 'user.signed_in', 'user', p_user::text, jsonb_build_object('via', p_via));
  return iso(v_expires);
end
$$;
