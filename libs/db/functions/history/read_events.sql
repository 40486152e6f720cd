-- Up to p_limit events after an offset, with the head of the log and the times of the session by the clock of the
-- database. Fails when the content was purged. Owners' live view (watch_session) reads through this too.
create or replace function read_events(p_access jsonb, p_after integer, p_limit integer)
returns json
language plpgsql as $$
declare
  v_id uuid := resolve_content(p_access);
  c text_conversations;
begin
  select * into c from text_conversations where id = v_id;
  return json_build_object(
    'sessionId', c.session_id, 'epoch', c.epoch, 'head', c.event_offset, 'status', c.status,
    'now', iso(clock_timestamp()), 'expiresAt', iso(c.expires_at), 'endReason', c.end_reason,
    'idleTimeoutSeconds', c.idle_timeout_seconds,
    'idleExpiresAt', iso(c.updated_at + make_interval(secs => c.idle_timeout_seconds)),
    'events', (
      select coalesce(
        json_agg(
          json_build_object(
            'offset', event_offset, 'type', type, 'payload', payload, 'created_at', iso(created_at)
          ) order by event_offset
        ),
        '[]'
      )
      from (
        select *
        from session_events
        where conversation_id = v_id
          and created_at >= c.created_at
          and event_offset > p_after
        order by event_offset
        limit p_limit
      ) e
    )
  );
end
$$;

select keep_index_plans('read_events');
