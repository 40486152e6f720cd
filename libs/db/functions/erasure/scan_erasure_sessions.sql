-- Scans p_limit sessions of a tenant, from p_after on in the order of their ids, for those that name an address as a
-- value in the data about their visitor: participant, metadata or collected data. Sessions without content that still
-- identify this person in the numbers of their link get a meaningless mark.
-- Returns the last id that was scanned; null = the end.
create or replace function scan_erasure_sessions(p_erasure uuid, p_claim uuid, p_address text, p_limit integer)
returns uuid
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  e erasures := hold_erasure(p_erasure, p_claim);
  v_value text := '"' || p_address || '"';
  v_ids uuid[];
  v_found uuid[];
  v_salt uuid := gen_random_uuid();
begin
  select coalesce(array_agg(id), '{}') into v_ids
  from (
    select id
    from text_conversations
    where tenant_id = e.tenant_id
      and (e.position is null or id > e.position)
      and created_at < e.erased_before
    order by id
    limit p_limit
  ) page;
  select coalesce(array_agg(c.id), '{}') into v_found
  from text_conversations c
  where c.id = any(v_ids)
    and c.purged_at is null
    and (
      c.participant_hash = e.subject_hash
        or strpos(lower(c.participant::text), v_value) > 0
        or strpos(lower(c.metadata::text), v_value) > 0
        or strpos(lower(c.collected_data::text), v_value) > 0
        or strpos(lower(c.page_context::text), v_value) > 0
    );
  perform note_erasure_sessions(e, v_found);
  update text_conversations c
  set visitor_mark = visitor_mark(v_salt, c.link_id::text)
  from temporary_chat_links l
  where c.id = any(v_ids)
    and c.purged_at is not null
    and l.id = c.link_id
    and c.visitor_mark in (visitor_mark(l.visitor_salt, p_address), visitor_mark(l.visitor_salt, e.subject_hash));
  update erasures
  set position = case when cardinality(v_ids) < p_limit then null else v_ids[cardinality(v_ids)] end
  where id = p_erasure;
  return case when cardinality(v_ids) < p_limit then null else v_ids[cardinality(v_ids)] end;
end
$$;

select run_across_tenants('scan_erasure_sessions');
