-- The turns of a conversation that wait after p_done, oldest first.
create or replace function pending_turns(p_conversation uuid, p_done integer) returns json
language plpgsql stable as $$
begin
  return (
    select coalesce(
      json_agg(
        json_build_object(
          'seq', seq, 'kind', kind, 'content', content, 'client_message_id', client_message_id, 'reply_to', reply_to,
          'files', files, 'stop', stop_requested_at is not null, 'created_at', iso(created_at)
        ) order by seq
      ),
      '[]'
    )
    from session_turns
    where conversation_id = p_conversation
      and seq > p_done
      and status = 'pending'
  );
end
$$;
