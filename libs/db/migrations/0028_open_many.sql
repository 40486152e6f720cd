-- Opens many sessions in one statement (group commit): a crowd before one link costs a few statements, not hundreds that wait for a connection.
-- Each item has its own outcome and is undone alone. items: [{i, …as open_agreed_session()}]
-- Answers {i, opened} or {i, error: code}.
create function open_sessions(items jsonb) returns setof json language plpgsql as $$
declare item jsonb; v_opened json; v_lock bigint;
begin
  -- Repeats of one request may be in several batches. Whoever holds the names of all its requests before its first row never waits for one of
  -- them while it holds a link, so that two batches cannot wait for each other in a ring; links are locked in one order as well.
  for v_lock in select distinct hashtextextended((value ->> 'tenant_id') || ':open:' || name, 0) as h
      from jsonb_array_elements(items), unnest(array['sig:' || (value ->> 'signature'), 'key:' || (value ->> 'idem_key')]) name
     where name is not null order by h
  loop
    perform pg_advisory_xact_lock(v_lock);
  end loop;
  for item in select value from jsonb_array_elements(items) order by value -> 'link' ->> 'id', (value ->> 'i')::int
  loop
    begin
      v_opened := open_agreed_session(item::json);
      return next json_build_object('i', item -> 'i', 'opened', v_opened);
    exception when sqlstate 'PA001' then
      return next json_build_object('i', item -> 'i', 'error', sqlerrm);
    end;
  end loop;
end $$;

-- As before. plpgsql keeps its plan; a sql function that is called from plpgsql would be planned at every message.
create or replace function address_admitted(p_agent uuid, p_address text) returns boolean language plpgsql stable as $$
begin
  return exists (select from agent_access_addresses where agent_id = p_agent and address_hash = p_address)
      or exists (select from agent_access_requests where agent_id = p_agent and address_hash = p_address and status = 'approved');
end $$;
create or replace function entry_refusal(p_link uuid, p_verified boolean, p_address text) returns text language plpgsql stable as $$
begin
  return (select case
    when not p.links_enabled then 'link_unavailable'
    when not p_verified and (l.require_email or coalesce(p.mode, 'open') <> 'open') then 'verification_required'
    when p.mode = 'approval' and not address_admitted(l.agent_id, p_address) then 'access_pending' end
  from temporary_chat_links l left join agent_access_policies p on p.agent_id = l.agent_id where l.id = p_link);
end $$;
