-- Announces a link that has just become full, or has room again, to every process that caches it.
create or replace function announce_link_room(l temporary_chat_links) returns void
language plpgsql as $$
begin
  perform emit_fact(
    l.tenant_id, 'links.v1.event.updated', l.id::text, jsonb_build_object('linkId', l.id, 'tenantId', l.tenant_id)
  );
end
$$;
