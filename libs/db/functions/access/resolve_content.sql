-- Like resolve_access(), for callers that show content. Owners learn why there is none; to a visitor the session is
-- simply over.
create or replace function resolve_content(p_access jsonb) returns uuid
language plpgsql as $$
declare
  v_id uuid := resolve_access(p_access);
begin
  if exists (select from text_conversations where id = v_id and purged_at is not null) then
    perform fail(case when p_access ->> 'session_id' is null then 'session_ended' else 'content_removed' end);
  end if;
  return v_id;
end
$$;
