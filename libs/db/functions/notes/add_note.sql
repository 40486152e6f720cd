-- Adds a note to a session, running or ended. p: {session_id, id, author, author_name, content, idem_key,
-- idem_fingerprint, signature}. A repeat gets the first answer. Refuses a session whose content was removed: the lock
-- serialises this with the removal.
create or replace function add_note(p_tenant uuid, p jsonb) returns json
language plpgsql as $$
declare
  c text_conversations;
  n session_notes;
  v_answer json;
begin
  perform enter_tenant(p_tenant);
  select * into c
  from text_conversations
  where session_id = p ->> 'session_id'
  for share;
  if not found then perform fail('session_not_found'); end if;
  v_answer := earlier_answer(p_tenant, 'note:' || c.id, p);
  if v_answer is not null then
    perform keep_answer(p_tenant, 'note:' || c.id, p::json, v_answer);
    return (v_answer::jsonb || '{"replayed": true}')::json;
  end if;
  if c.purged_at is not null then perform fail('content_removed'); end if;
  insert into session_notes (id, tenant_id, conversation_id, author, author_name, content)
  values ((p ->> 'id')::uuid, c.tenant_id, c.id, p ->> 'author', p ->> 'author_name', p ->> 'content')
  returning * into n;
  perform note_fact(c, n.id, 'added');
  v_answer := json_build_object('note', note_json(n), 'replayed', false);
  perform keep_answer(p_tenant, 'note:' || c.id, p::json, v_answer);
  return v_answer;
end
$$;
