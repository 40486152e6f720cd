-- Begins an upload of the team for a running session: takes one of its p_max_count places, which are separate from the
-- visitor's. The lock on the conversation's row serialises uploads. Idempotent by p_file: the same name and media type
-- continue. Returns {complete: the file, when it is already stored}.
create or replace function begin_team_file(
  p_access jsonb, p_file uuid, p_name text, p_media_type text, p_max_count integer
)
returns json
language plpgsql as $$
declare
  v_id uuid := resolve_access(p_access);
  c text_conversations;
begin
  select * into c from text_conversations where id = v_id for no key update;
  if c.status <> 'active' then perform fail('session_ended'); end if;
  return take_file_place(c, p_file, p_name, p_media_type, p_max_count, true);
end
$$;
