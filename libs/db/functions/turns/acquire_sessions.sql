-- Takes the leases of sessions with waiting turns, many per statement (group commit).
-- items: [{i, tenant_id, conversation_id, owner, lease_ms, known_seq: done_seq of the caller's cached state and history
-- or null, history: messages wanted, memory_subject: whose memory the caller has cached or null, granted: fence of the
-- lease that the acceptance granted to the caller or null}].
-- Returns {i, lease, budget_link: the link whose budget counts the turns or null, memory_version: of that copy or
-- null}; lease null = it is held, or nothing waits.
-- Cost: rows are locked in the order of their ids, as in accept and commit.
create or replace function acquire_sessions(items jsonb) returns setof json
language plpgsql as $$
declare
  item jsonb;
  v_lease json;
begin
  for item in
    select value from jsonb_array_elements(items) order by (value ->> 'conversation_id')::uuid
  loop
    perform enter_tenant((item ->> 'tenant_id')::uuid);
    v_lease := acquire_session(item);
    return next json_build_object(
      'i', item -> 'i', 'lease', v_lease,
      'budget_link', case when v_lease is not null then budget_link((item ->> 'conversation_id')::uuid) end,
      'memory_version', memory_version(
        (item ->> 'tenant_id')::uuid, (v_lease ->> 'agent_id')::uuid, item ->> 'memory_subject'
      )
    );
  end loop;
end
$$;

select keep_index_plans('acquire_sessions');
