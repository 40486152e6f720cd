-- Every request for a human in one session, oldest first, as contracts' escalationView.
create or replace function session_escalations(p_access jsonb) returns json
language plpgsql as $$
declare
  v_id uuid := resolve_access(p_access);
begin
  return (
    select coalesce(json_agg(escalation_json(e) order by e.created_at, e.id), '[]')
    from escalations e
    where e.conversation_id = v_id
  );
end
$$;
