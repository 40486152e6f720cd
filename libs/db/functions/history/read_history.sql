-- Newest p_limit messages before sequence p_before (null = the newest), oldest first; then, on the newest page, what
-- still waits for its turn. An answer has its rating and, when it was stopped, its finish reason. A message written by
-- a human has a turn id of its own, because it belongs to no turn. Fails when the content was purged.
create or replace function read_history(p_access jsonb, p_limit integer, p_before integer)
returns json
language plpgsql as $$
declare
  v_id uuid := resolve_content(p_access);
  v_since timestamptz;
  v_page json;
  v_first integer;
  v_pending json := '[]';
begin
  select created_at into v_since from text_conversations where id = v_id;
  select
    coalesce(
      json_agg(
        json_build_object(
          'id', id, 'sequence', sequence,
          'turn_id', v_id || '.' || turn_seq || case when author = 'human' then 'h' || sequence else '' end,
          'role', role, 'content', content, 'node_id', node_id, 'node_name', node_name,
          'client_message_id', client_message_id, 'status', status, 'files', files, 'rating', rating,
          'finish_reason', finish_reason, 'author', author, 'author_name', author_name, 'created_at', iso(created_at)
        ) order by sequence
      ),
      '[]'
    ),
    min(sequence)
  into v_page, v_first
  from (
    select
      m.*, r.rating,
      case
        when m.role = 'assistant' and m.author is null
          then (
            select t.result ->> 'finish_reason'
            from session_turns t
            where t.conversation_id = v_id
              and t.seq = m.turn_seq
              and t.stop_requested_at is not null
          )
      end as finish_reason
    from text_conversation_messages m
    left join message_ratings r on r.conversation_id = v_id and r.message_id = m.id
    where m.conversation_id = v_id
      and m.created_at >= v_since
      and (p_before is null or m.sequence < p_before)
    order by m.sequence desc
    limit p_limit
  ) m;
  if p_before is null then
    select coalesce(
      json_agg(
        json_build_object(
          'id', v_id || '.' || seq, 'sequence', 0, 'turn_id', v_id || '.' || seq, 'role', 'user', 'content', content,
          'node_id', null, 'node_name', null, 'client_message_id', client_message_id, 'status', 'pending',
          'files', files, 'created_at', iso(created_at)
        ) order by seq
      ),
      '[]'
    )
    into v_pending
    from session_turns
    where conversation_id = v_id and status = 'pending' and kind = 'message';
  end if;
  return json_build_object('data', v_page, 'pending', v_pending, 'first', v_first);
end
$$;

select keep_index_plans('read_history');
