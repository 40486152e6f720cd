-- A link that has just become full, or has room again because a session that never began was given back, is news to
-- whoever remembers it. The condition stands in the trigger: sessions in between cost a comparison.
create or replace function tell_link_room() returns trigger
language plpgsql as $$
begin
  insert into outbox (tenant_id, subject, key, payload)
  values (
    new.tenant_id, 'links.v1.event.updated', new.id::text,
    jsonb_build_object('linkId', new.id, 'tenantId', new.tenant_id)
  );
  return null;
end
$$;

create or replace trigger tell_link_room
after update of sessions_used on temporary_chat_links
for each row
when ((old.sessions_used >= old.max_sessions) is distinct from (new.sessions_used >= new.max_sessions))
execute function tell_link_room();
