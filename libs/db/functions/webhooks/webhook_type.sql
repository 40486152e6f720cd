-- The public name of a fact on the bus; null = not for receivers. Names that later facts will have follow their
-- domain.
create or replace function webhook_type(p_subject text) returns text
language sql immutable as $$
  select case
    when p_subject in ('sessions.v1.event.started', 'sessions.v1.event.ended', 'sessions.v1.event.analyzed')
      then 'session.' || substr(p_subject, 19)
    when p_subject = 'sessions.v1.event.escalated' then 'escalation.opened'
    when p_subject like 'sessions.v1.event.escalation\_%' then 'escalation.' || substr(p_subject, 30)
    when p_subject = 'sessions.v1.event.webhook_disabled' then 'webhook.disabled'
    when p_subject in ('links.v1.event.created', 'links.v1.event.updated', 'links.v1.event.revoked')
      then 'link.' || substr(p_subject, 16)
    when p_subject like 'links.v1.event.delivery\_%' then 'delivery.' || substr(p_subject, 25)
  end
$$;
