-- A send-out as its owner sees it, with the outcomes of its recipients. Opened: see link_opened; chatted: somebody
-- wrote on the recipient's own link; completed: a conversation there was completed. For a shared link the visitors are
-- unknown.
-- Cost: the recipients of one send-out, at most 1,000, and the sessions and rollups of their links by index.
create or replace function send_out_view(s send_outs) returns jsonb
language sql stable as $$
  select jsonb_build_object(
    'id', s.id, 'agent_id', s.agent_id, 'link_id', s.link_id,
    'link_title', (select l.title from temporary_chat_links l where l.id = s.link_id),
    'channel', s.channel, 'personalised', s.personalised,
    'template', s.template, 'subject', s.subject, 'message', s.message, 'schedule_id', s.schedule_id,
    'created_by', s.created_by, 'created_at', iso(s.created_at),
    'status', case when c.pending > 0 then 'sending' when s.cancelled_at is not null then 'cancelled' else 'done' end,
    'finished_at', case when c.pending = 0 then iso(c.ended_at) end,
    'counts', jsonb_build_object(
      'recipients', c.total, 'pending', c.pending, 'sent', c.sent, 'failed', c.failed, 'suppressed', c.suppressed,
      'limited', c.limited, 'in_doubt', c.in_doubt, 'cancelled', c.cancelled
    ),
    'track_opens', s.track_opens,
    'engagement', case when s.personalised then jsonb_build_object(
      'opened', case when s.track_opens then c.opened end, 'chatted', c.chatted, 'completed', c.completed
    ) end
  )
  from (
    select
      count(*) as total,
      count(*) filter (where r.status = 'pending') as pending,
      count(*) filter (where r.status = 'sent') as sent,
      count(*) filter (where r.status = 'failed') as failed,
      count(*) filter (where r.status = 'suppressed') as suppressed,
      count(*) filter (where r.status = 'limited') as limited,
      count(*) filter (where r.status = 'in_doubt') as in_doubt,
      count(*) filter (where r.status = 'cancelled') as cancelled,
      count(*) filter (where s.track_opens and link_opened(r.tenant_id, r.link_id)) as opened,
      count(*) filter (where link_chatted(r.link_id)) as chatted,
      count(*) filter (where link_completed(r.link_id)) as completed,
      max(r.ended_at) as ended_at
    from send_out_recipients r
    where r.send_out_id = s.id
  ) c
$$;
