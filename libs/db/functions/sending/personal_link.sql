-- The personal link of a recipient: a copy of the link that is sent, with its limits, texts and budget, for one person.
-- Created once: a repeat gets the first one, and the values passed for a new one stay unused.
-- Returns the id and the sealed token.
create or replace function personal_link(
  p_tenant uuid, p_recipient uuid, p_id uuid, p_token_id text, p_token_hash bytea, p_token_hint text,
  p_token_sealed text, p_person jsonb
)
returns table (link_id uuid, token_sealed text)
language plpgsql as $$
declare
  r send_out_recipients;
  s send_outs;
begin
  perform enter_tenant(p_tenant);
  select * into r from send_out_recipients x where x.id = p_recipient for no key update;
  -- An erasure has deleted the recipient.
  if r.id is null then return; end if;
  if r.link_id is not null then
    return query select l.id, l.token_sealed from temporary_chat_links l where l.id = r.link_id;
    return;
  end if;
  select * into s from send_outs x where x.id = r.send_out_id;
  insert into temporary_chat_links (
    id, tenant_id, agent_id, token_id, token_hash, token_hint, token_sealed, created_by, recipient, metadata, title,
    description, welcome_message, agent_version, expires_at, max_sessions, max_concurrent_sessions,
    max_messages_per_session, session_timeout_minutes, rate_limit_per_minute, max_message_length, require_email,
    allowed_email_domains, allowed_domains, allowed_ips, allowed_countries, blocked_countries, proof_of_work,
    consent_text, branding, intro, starters, file_uploads, chat_intent, system_prompt_override, initial_message,
    friendly_errors, source_session_id, retention_days
  )
  select
    p_id, b.tenant_id, b.agent_id, p_token_id, p_token_hash, p_token_hint, p_token_sealed, 'delivery:' || s.id,
    p_person, b.metadata || jsonb_build_object('delivery_id', s.id, 'sent_link_id', b.id), b.title,
    b.description, b.welcome_message, b.agent_version, b.expires_at, b.max_sessions, b.max_concurrent_sessions,
    b.max_messages_per_session, b.session_timeout_minutes, b.rate_limit_per_minute, b.max_message_length,
    b.require_email, b.allowed_email_domains, b.allowed_domains, b.allowed_ips, b.allowed_countries,
    b.blocked_countries, b.proof_of_work, b.consent_text, b.branding, b.intro, b.starters, b.file_uploads,
    b.chat_intent, b.system_prompt_override, b.initial_message, b.friendly_errors, b.source_session_id,
    b.retention_days
  from temporary_chat_links b
  where b.id = s.link_id;
  insert into link_budgets (link_id, tenant_id, max_tokens, max_cost, hard)
  select p_id, b.tenant_id, b.max_tokens, b.max_cost, b.hard
  from link_budgets b
  where b.link_id = s.link_id;
  update send_out_recipients x
  set link_id = p_id
  where x.id = p_recipient;
  perform emit_fact(
    p_tenant, 'links.v1.event.created', p_id::text, jsonb_build_object('linkId', p_id, 'tenantId', p_tenant)
  );
  return query select p_id, p_token_sealed;
end
$$;
