-- Removes a note: the author's own, or anybody's with p_any. Its words are removed from the stored idempotent answer.
create or replace function remove_note(p_tenant uuid, p_session text, p_id uuid, p_author text, p_any boolean)
returns void
language plpgsql as $$
declare
  c text_conversations;
  n session_notes;
begin
  perform enter_tenant(p_tenant);
  select * into c from text_conversations where session_id = p_session;
  if not found then perform fail('session_not_found'); end if;
  select * into n from session_notes where id = p_id and conversation_id = c.id for update;
  if not found then perform fail('note_not_found'); end if;
  if n.author <> p_author and not p_any then perform fail('forbidden'); end if;
  delete from session_notes where id = n.id;
  update idempotency_keys
  set response = jsonb_set(response::jsonb, '{note,content}', '""')
  where tenant_id = p_tenant and scope = 'note:' || c.id and response -> 'note' ->> 'id' = n.id::text;
  perform note_fact(c, n.id, 'removed');
end
$$;
