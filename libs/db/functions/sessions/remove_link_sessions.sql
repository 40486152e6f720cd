-- Removes the sessions of links with all their content and numbers, without a trace; for demo data. Ends running ones
-- first. Repeatable. Returns how many there were.
create or replace function remove_link_sessions(p_tenant uuid, p_links uuid[]) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_ids uuid[];
begin
  perform enter_tenant(p_tenant);
  perform end_link_sessions(link, 'link_deleted') from unnest(p_links) link;
  select coalesce(array_agg(id), '{}') into v_ids
  from text_conversations
  where tenant_id = p_tenant and link_id = any(p_links);
  perform analytics_lock();
  delete from analytics_sessions where tenant_id = p_tenant and link_id = any(p_links);
  delete from analytics_due where tenant_id = p_tenant and conversation_id = any(v_ids);
  delete from session_events where conversation_id = any(v_ids);
  delete from text_conversation_messages where conversation_id = any(v_ids);
  delete from session_turns where conversation_id = any(v_ids);
  delete from text_conversations where id = any(v_ids);
  perform rebuild_analytics(p_tenant);
  return cardinality(v_ids);
end
$$;

select run_across_tenants('remove_link_sessions');
