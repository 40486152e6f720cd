-- Fires where an end is written and nowhere else: statements of turns do not name the column.
create or replace function note_purge_time() returns trigger
language plpgsql as $$
begin
  if new.link_id is not null then
    select own_purge_time(l.deleted_at, l.retention_days, new.ended_at) into new.purge_at
    from temporary_chat_links l
    where l.id = new.link_id;
  end if;
  return new;
end
$$;

create or replace trigger note_purge_time
before update of ended_at on text_conversations
for each row when (old.ended_at is null and new.ended_at is not null)
execute function note_purge_time();
