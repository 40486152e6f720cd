-- Refuses links for an agent that may have none, however they are created.
create or replace function refuse_disabled_links() returns trigger
language plpgsql as $$
begin
  if exists (select from agent_access_policies where agent_id = new.agent_id and not links_enabled) then
    perform fail('feature_disabled');
  end if;
  return new;
end
$$;

create or replace trigger refuse_disabled_links
before insert on temporary_chat_links
for each row
execute function refuse_disabled_links();
