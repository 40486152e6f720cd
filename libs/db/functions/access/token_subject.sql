-- Who a visitor's token stands for: one pseudonym for all devices of one confirmed address on a link. Never the
-- address.
create or replace function token_subject(p_access jsonb) returns json
language plpgsql as $$
declare
  v_id uuid;
  r json;
begin
  v_id := resolve_access(p_access);
  select json_build_object(
    'session_id', c.session_id,
    'email', case when c.participant_verified then lower(c.participant ->> 'email') end,
    'participant_hash', case when c.participant_verified then c.participant_hash end
  )
  into r
  from text_conversations c
  where c.id = v_id;
  return r;
end
$$;
