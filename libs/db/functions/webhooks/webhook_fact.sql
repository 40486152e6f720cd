-- Generated from libs/contracts/src/webhook-facts.ts by `npm run docs:generate`.
-- How receivers of webhooks hear of a fact: its public name and what is told beside its session or link.
-- o_type null = it is not for receivers.
create or replace function webhook_fact(p_subject text, p_fact jsonb, out o_type text, out o_data jsonb)
language plpgsql immutable as $$
begin
  case p_subject
    when 'sessions.v1.event.started' then
      o_type := 'session.started';
      o_data := '{}';
    when 'sessions.v1.event.ended' then
      o_type := 'session.ended';
      o_data := jsonb_build_object(
        'reason', p_fact -> 'reason'
      );
    when 'sessions.v1.event.analyzed' then
      o_type := 'session.analyzed';
      o_data := '{}';
    when 'sessions.v1.event.escalated' then
      o_type := 'escalation.opened';
      o_data := jsonb_build_object('escalation', jsonb_build_object(
        'escalation_id', p_fact -> 'escalationId',
        'status', p_fact -> 'status',
        'source', p_fact -> 'source',
        'assigned_to', p_fact -> 'assignedTo',
        'outcome', p_fact -> 'outcome'
      ));
    when 'sessions.v1.event.escalation_assigned' then
      o_type := 'escalation.assigned';
      o_data := jsonb_build_object('escalation', jsonb_build_object(
        'escalation_id', p_fact -> 'escalationId',
        'status', p_fact -> 'status',
        'source', p_fact -> 'source',
        'assigned_to', p_fact -> 'assignedTo',
        'outcome', p_fact -> 'outcome'
      ));
    when 'sessions.v1.event.escalation_resolved' then
      o_type := 'escalation.resolved';
      o_data := jsonb_build_object('escalation', jsonb_build_object(
        'escalation_id', p_fact -> 'escalationId',
        'status', p_fact -> 'status',
        'source', p_fact -> 'source',
        'assigned_to', p_fact -> 'assignedTo',
        'outcome', p_fact -> 'outcome'
      ));
    when 'links.v1.event.created' then
      o_type := 'link.created';
      o_data := '{}';
    when 'links.v1.event.updated' then
      o_type := 'link.updated';
      o_data := '{}';
    when 'links.v1.event.revoked' then
      o_type := 'link.revoked';
      o_data := '{}';
    when 'links.v1.event.delivery_sent' then
      o_type := 'delivery.sent';
      o_data := jsonb_build_object(
        'delivery_id', p_fact -> 'deliveryId',
        'recipient_id', p_fact -> 'recipientId'
      );
    when 'links.v1.event.delivery_failed' then
      o_type := 'delivery.failed';
      o_data := jsonb_build_object(
        'delivery_id', p_fact -> 'deliveryId',
        'recipient_id', p_fact -> 'recipientId'
      );
    when 'sessions.v1.event.webhook_disabled' then
      o_type := 'webhook.disabled';
      o_data := jsonb_build_object(
        'webhook_id', p_fact -> 'webhookId',
        'agent_id', p_fact -> 'agentId',
        'reason', p_fact -> 'reason'
      );
    when 'sessions.v1.event.alert_fired' then
      o_type := 'alert.fired';
      o_data := jsonb_build_object('alert', jsonb_build_object(
        'alert_id', p_fact -> 'alertId',
        'firing_id', p_fact -> 'firingId',
        'kind', p_fact -> 'kind',
        'agent_id', p_fact -> 'agentId',
        'link_id', p_fact -> 'linkId',
        'webhook_id', p_fact -> 'webhookId',
        'value', p_fact -> 'value',
        'threshold', p_fact -> 'threshold',
        'test', p_fact -> 'test'
      ));
    when 'sessions.v1.event.alert_recovered' then
      o_type := 'alert.recovered';
      o_data := jsonb_build_object('alert', jsonb_build_object(
        'alert_id', p_fact -> 'alertId',
        'firing_id', p_fact -> 'firingId',
        'kind', p_fact -> 'kind',
        'agent_id', p_fact -> 'agentId',
        'link_id', p_fact -> 'linkId',
        'webhook_id', p_fact -> 'webhookId',
        'value', p_fact -> 'value',
        'threshold', p_fact -> 'threshold',
        'test', p_fact -> 'test'
      ));
    else null;
  end case;
end
$$;
