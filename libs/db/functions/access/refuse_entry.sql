-- No conversation of a link begins without the address that link or agent ask for. Who the address is of is known
-- later: open_verified_session() asks.
create or replace function refuse_entry() returns trigger
language plpgsql as $$
declare
  v_code text := entry_refusal(new.link_id, new.participant_verified, null);
begin
  if v_code <> 'access_pending' then perform fail(v_code); end if;
  return new;
end
$$;

create or replace trigger refuse_entry
before insert on text_conversations
for each row when (new.link_id is not null)
execute function refuse_entry();
