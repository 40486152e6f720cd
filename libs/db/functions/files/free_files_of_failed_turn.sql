-- A message that failed may be sent again, with its files.
create or replace function free_files_of_failed_turn() returns trigger
language plpgsql as $$
begin
  update session_files
  set turn_seq = null, keep = true
  where conversation_id = new.conversation_id and turn_seq = new.seq;
  return null;
end
$$;

create or replace trigger free_files_of_failed_turn
after update of status on session_turns
for each row when (new.status = 'failed' and new.files is not null)
execute function free_files_of_failed_turn();
