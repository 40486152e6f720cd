-- Stores the context of the page around a widget, replacing the previous one; null deletes it. The next turn reads it:
-- a runner's cached state of the session is stale from now on.
create or replace function set_page_context(p_access jsonb, p_context jsonb) returns void
language plpgsql as $$
declare
  v_id uuid := resolve_access(p_access || '{"sends": true}');
begin
  update text_conversations
  set page_context = p_context, stale_through = next_seq
  where id = v_id and status = 'active' and page_context is distinct from p_context;
  if not found and not exists (select from text_conversations where id = v_id and status = 'active') then
    perform fail('session_ended');
  end if;
end
$$;
