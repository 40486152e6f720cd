-- An escalation as the queue shows it: escalation_json() with the latest words of the conversation, shortened, and who
-- was notified.
create or replace function queued_escalation(e escalations) returns jsonb
language sql stable as $$
  select escalation_json(e)::jsonb
    || jsonb_build_object(
      'last_message', (
        select jsonb_build_object(
          'role', m.role, 'author', m.author, 'content', left(m.content, 280), 'created_at', iso(m.created_at)
        )
        from text_conversation_messages m
        join text_conversations c on c.id = m.conversation_id
        where m.conversation_id = e.conversation_id and m.created_at >= c.created_at
        order by m.sequence desc
        limit 1
      ),
      'notices', (
        select coalesce(
          jsonb_agg(
            jsonb_build_object(
              'kind', n.kind, 'target', n.hint, 'status', n.status, 'attempts', n.attempts, 'outcome', n.outcome,
              'created_at', iso(n.created_at), 'ended_at', iso(n.ended_at)
            ) order by n.created_at, n.hint
          ),
          '[]'
        )
        from notices n
        where n.escalation_id = e.id and n.push_id is null
      )
    )
$$;
