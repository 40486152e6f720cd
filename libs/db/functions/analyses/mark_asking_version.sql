-- Notes in a new version whether it has questions for the analysis: the end of a session reads the flag, not the
-- document.
create or replace function mark_asking_version() returns trigger
language plpgsql as $$
begin
  new.asks_after_end := asks_after_end(new.document);
  return new;
end
$$;

create or replace trigger mark_asking_version
before insert on agent_versions
for each row
execute function mark_asking_version();
