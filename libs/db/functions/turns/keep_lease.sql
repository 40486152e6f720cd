-- Extends a lease and returns which waiting turns are to stop: {stop: [seq]}; null = the lease has moved on.
create or replace function keep_lease(p_tenant uuid, p_session text, p_fence bigint, p_lease_ms integer)
returns json
language plpgsql as $$
declare
  v_id uuid;
  v_done integer;
begin
  perform enter_tenant(p_tenant);
  update text_conversations
  set
    lease_until = clock_timestamp() + make_interval(secs => p_lease_ms / 1000.0),
    -- A granted lease in use can no longer be taken by anybody else (acquire_session).
    lease_owner = runner_of(lease_owner)
  where session_id = p_session and fence = p_fence and lease_until is not null
  returning id, done_seq into v_id, v_done;
  if not found then return null; end if;
  return (
    select json_build_object('stop', coalesce(json_agg(seq), '[]'))
    from session_turns
    where conversation_id = v_id
      and seq > v_done
      and status = 'pending'
      and stop_requested_at is not null
  );
end
$$;

select keep_index_plans('keep_lease');
