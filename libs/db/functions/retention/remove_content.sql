-- Removes the content of ended conversations: words, actions and notes. The caller has locked their rows and lifted the
-- tenant restriction.
create or replace function remove_content(p_ids uuid[]) returns void
language plpgsql as $$
declare
  v_since timestamptz;
  v_now timestamptz := clock_timestamp();
  v_due uuid[];
begin
  -- Counts what is about to be removed. Waits for the rollups only where sessions are not counted yet.
  select array_agg(distinct conversation_id) into v_due
  from analytics_due
  where conversation_id = any(p_ids);
  if v_due is not null then
    perform analytics_lock();
    perform take_session_numbers(v_due);
    perform keep_digests(v_due);
  end if;
  select min(created_at) into v_since
  from text_conversations
  where id = any(p_ids);
  -- The person behind it, while still known.
  delete from dev_mail m
  using text_conversations c
  where c.id = any(p_ids)
    and m.tenant_id = c.tenant_id
    and lower(m.recipient) = c.participant_email
    and m.created_at <= c.ended_at;
  delete from dev_mail m
  using notices n, escalations e
  where e.conversation_id = any(p_ids)
    and n.escalation_id = e.id
    and m.notice_id = n.id;
  delete from notices n
  using escalations e
  where e.conversation_id = any(p_ids) and n.escalation_id = e.id;
  delete from link_verifications v
  using text_conversations c
  where c.id = any(p_ids)
    and v.link_id = c.link_id
    and v.address_hash = c.participant_hash
    and v.expires_at < v_now;
  delete from idempotency_keys k
  using text_conversations c
  where c.id = any(p_ids)
    and k.tenant_id = c.tenant_id
    and k.scope in ('end:' || c.id, 'extend:' || c.id, 'note:' || c.id);
  delete from idempotency_keys k
  using escalations e
  where e.conversation_id = any(p_ids)
    and k.tenant_id = e.tenant_id
    and k.scope in ('human:' || e.id, 'suggest:' || e.id);
  -- Only those of the last day can exist: a repeated opening must not find a session without its first answer.
  delete from idempotency_keys k
  using text_conversations c
  where c.id = any(p_ids)
    and c.created_at > v_now - interval '25 hours'
    and k.tenant_id = c.tenant_id
    and k.scope = 'session'
    and k.response ->> 'id' = c.id::text;

  update text_conversations c
  set
    purged_at = v_now,
    kept_usage = coalesce(
      (select s.totals::jsonb from spent_turns(c.id, c.next_seq) s order by s.seq desc limit 1),
      '{"input_tokens": 0, "output_tokens": 0, "cost": 0}'
    ),
    visitor_mark = (
      select visitor_mark(
        l.visitor_salt,
        case
          when c.participant_verified then coalesce(c.participant_hash, c.participant_email)
          else c.participant_identifier
        end
      )
      from temporary_chat_links l
      where l.id = c.link_id and l.deleted_at is null
    ),
    state = null,
    collected_data = '{}',
    participant = '{}',
    participant_hash = null,
    metadata = '{}',
    link_policy = '{}',
    operator_name = null,
    handover_summary = null,
    page_context = null
  where c.id = any(p_ids);

  delete from text_conversation_messages
  where conversation_id = any(p_ids) and created_at >= v_since;
  delete from session_events where conversation_id = any(p_ids) and created_at >= v_since;
  delete from dead_turns where conversation_id = any(p_ids);
  delete from session_files where conversation_id = any(p_ids);
  delete from message_ratings where conversation_id = any(p_ids);
  delete from session_notes where conversation_id = any(p_ids);
  delete from session_reviews where conversation_id = any(p_ids);
  update session_digests set words = null where conversation_id = any(p_ids);
  delete from budget_reservations where conversation_id = any(p_ids);
  -- The numbers of a link are counted from when turns were accepted and answered, and which failed.
  update session_turns
  set
    content = '',
    client_message_id = null,
    idem_key = null,
    idem_fingerprint = null,
    signature = null,
    reply_to = null,
    result = null,
    trace = null,
    files = null
  where conversation_id = any(p_ids);
  update session_feedback set text = null where conversation_id = any(p_ids);
  update escalations
  set
    reason = null,
    summary = null,
    metadata = '{}',
    answer_to = null,
    assigned_name = null,
    assigned_to = case when status = 'resolved' then null else assigned_to end
  where conversation_id = any(p_ids);
  update session_analyses
  set
    answers = null,
    unanswered = '{}',
    status = case when status = 'pending' then 'skipped' else status end,
    ended_at = coalesce(ended_at, v_now)
  where conversation_id = any(p_ids);
  -- An action consists of its words, so it is not sent any more.
  delete from webhook_deliveries
  where conversation_id = any(p_ids)
    and (ended_at is not null or endpoint_id is null);
  -- Receivers still get the fact, without the content. The new id keeps an attempt in progress from settling anything:
  -- it would write back the content it holds.
  update webhook_deliveries d
  set
    id = gen_random_uuid(),
    attempts = 0,
    claimed_until = null,
    data_sealed = null,
    response_body = null,
    data = (
      select webhook_session(c) || jsonb_build_object('purged_at', iso(v_now))
      from text_conversations c
      where c.id = d.conversation_id
    ) || case
      when d.type like 'escalation.%'
        then coalesce(
          (
            select jsonb_build_object(
              'escalation', jsonb_build_object(
                'escalation_id', o.payload -> 'escalationId', 'status', o.payload -> 'status',
                'source', o.payload -> 'source', 'outcome', o.payload -> 'outcome'
              )
            )
            from outbox o
            where o.id = d.event_id
          ),
          '{}'
        )
      else '{}'
    end
  where d.conversation_id = any(p_ids);
end
$$;

revoke all on function remove_content(uuid[]) from public;
grant execute on function remove_content(uuid[]) to parley_jobs;
