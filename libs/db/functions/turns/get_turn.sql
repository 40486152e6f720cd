-- One turn as contracts' turnState, null = unknown; for a waiting one also whether it is running. Fails when the
-- content was purged.
create or replace function get_turn(p_access jsonb, p_seq integer) returns json
language plpgsql as $$
declare
  v_id uuid := resolve_content(p_access);
  t session_turns;
begin
  select * into t
  from session_turns
  where conversation_id = v_id and seq = p_seq;
  if not found then return null; end if;
  if t.status <> 'pending' then return turn_state(t); end if;
  return (
    turn_state(t)::jsonb
      || jsonb_build_object(
        'running', exists (
          select
          from text_conversations c
          where c.id = v_id
            and c.done_seq = p_seq - 1
            and c.lease_until > clock_timestamp()
        )
      )
  )::json;
end
$$;

select keep_index_plans('get_turn');
