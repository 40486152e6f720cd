-- How much content of these conversations is still stored.
create or replace function content_counts(p_ids uuid[]) returns jsonb
language sql stable as $$
  select jsonb_strip_nulls(
    jsonb_build_object(
      'sessions', (select nullif(count(*), 0) from text_conversations where id = any(p_ids) and purged_at is null),
      'messages', (
        select nullif(count(*), 0) from text_conversation_messages where conversation_id = any(p_ids)
      ),
      'events', (select nullif(count(*), 0) from session_events where conversation_id = any(p_ids)),
      'turns', (
        select nullif(count(*), 0)
        from session_turns
        where conversation_id = any(p_ids)
          and (content <> '' or result is not null or trace is not null or files is not null)
      ),
      'dead_turns', (select nullif(count(*), 0) from dead_turns where conversation_id = any(p_ids)),
      'files', (select nullif(count(*), 0) from session_files where conversation_id = any(p_ids)),
      'ratings', (select nullif(count(*), 0) from message_ratings where conversation_id = any(p_ids)),
      'words', (
        select nullif(count(*), 0) from session_digests where conversation_id = any(p_ids) and words is not null
      ),
      'notes', (select nullif(count(*), 0) from session_notes where conversation_id = any(p_ids)),
      'reviews', (select nullif(count(*), 0) from session_reviews where conversation_id = any(p_ids)),
      'feedback', (
        select nullif(count(*), 0) from session_feedback where conversation_id = any(p_ids) and text is not null
      ),
      'analyses', (
        select nullif(count(*), 0) from session_analyses where conversation_id = any(p_ids) and answers is not null
      ),
      'escalations', (
        select nullif(count(*), 0)
        from escalations
        where conversation_id = any(p_ids)
          and (reason is not null or summary is not null or answer_to is not null or metadata <> '{}')
      ),
      'notices', (
        select nullif(count(*), 0)
        from notices n
        join escalations e on e.id = n.escalation_id
        where e.conversation_id = any(p_ids)
      ),
      'deliveries', (
        select nullif(count(*), 0)
        from webhook_deliveries
        where conversation_id = any(p_ids)
          and (data_sealed is not null or response_body is not null or not data ? 'purged_at')
      )
    )
  )
$$;
