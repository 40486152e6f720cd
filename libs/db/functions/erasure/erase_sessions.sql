-- Ends and empties up to p_limit sessions of an erasure, whole sessions in one transaction. What stays is a row with
-- the numbers, which identifies nobody any more.
-- Returns how many were erased, how many of them were running, and their ids.
create or replace function erase_sessions(p_erasure uuid, p_claim uuid, p_limit integer)
returns table (taken integer, ended integer, session_ids text[])
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  e erasures := hold_erasure(p_erasure, p_claim);
  v_ids uuid[];
  v_full uuid[];
  v_id uuid;
  v_salt uuid := gen_random_uuid();
begin
  ended := 0;
  select coalesce(array_agg(conversation_id), '{}'), coalesce(array_agg(session_id), '{}') into v_ids, session_ids
  from (
    select conversation_id, session_id
    from erasure_sessions
    where erasure_id = p_erasure and erased_at is null
    order by conversation_id
    limit p_limit
  ) next;
  taken := cardinality(v_ids);
  perform from text_conversations where id = any(v_ids) order by id for no key update;
  for v_id in
    select id from text_conversations where id = any(v_ids) and ended_at is null order by id
  loop
    if close_conversation(v_id, 'completed', 'erased') then
      ended := ended + 1;
    end if;
  end loop;
  select coalesce(array_agg(id), '{}') into v_full
  from text_conversations
  where id = any(v_ids) and purged_at is null;
  if cardinality(v_full) > 0 then
    perform count_erased(p_erasure, 'sessions', content_counts(v_full));
    perform remove_content(v_full);
  end if;
  update text_conversations
  set visitor_mark = visitor_mark(v_salt, link_id::text)
  where id = any(v_ids) and visitor_mark is not null;
  update security_events s
  set address_hash = null, session_id = null
  where s.tenant_id = e.tenant_id and s.session_id = any(session_ids);
  update erasure_sessions
  set erased_at = clock_timestamp()
  where erasure_id = p_erasure and conversation_id = any(v_ids);
  return next;
end
$$;

select run_across_tenants('erase_sessions');
