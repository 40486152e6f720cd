-- Marks a link whose retention has changed or that was deleted: date_retention() gives its sessions their new time.
create or replace function note_retention_change() returns trigger
language plpgsql as $$
begin
  new.retention_changed_at := clock_timestamp();
  new.retention_check_at := new.retention_changed_at;
  return new;
end
$$;

create or replace trigger note_retention_change
before update of retention_days, deleted_at on temporary_chat_links
for each row
when ((old.retention_days, old.deleted_at) is distinct from (new.retention_days, new.deleted_at))
execute function note_retention_change();
