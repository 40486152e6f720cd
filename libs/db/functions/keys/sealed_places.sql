-- Every column with values sealed under the installation's master key, as a whole or within JSON, with the primary key
-- of its table. `more`: an expression over the row t, for what a value is bound to besides its primary key. A test
-- compares it with the schema.
create or replace function sealed_places()
returns table (place_table text, place_column text, key_columns text[], more text)
language sql immutable as $$
  values
    ('action_webhook_secrets', 'previous_secret_sealed', array['tenant_id'], 'null'),
    ('action_webhook_secrets', 'secret_sealed', array['tenant_id'], 'null'),
    ('agent_access_addresses', 'address_sealed', array['agent_id', 'address_hash'], 'null'),
    ('agent_access_policies', 'notify_email_sealed', array['agent_id'], 'null'),
    ('agent_access_requests', 'address_sealed', array['id'], 't.agent_id::text'),
    ('agent_drafts', 'text_sealed', array['agent_id', 'author', 'revision'], 'null'),
    ('agent_people', 'settings', array['agent_id'], 'null'),
    ('agent_secrets', 'value_sealed', array['agent_id', 'name'], 'null'),
    ('agent_versions', 'document', array['agent_id', 'version'], 'null'),
    ('alerts', 'targets', array['id'], 'null'),
    ('api_keys', 'secret_sealed', array['id'], 'null'),
    ('audit_seals', 'hash_sealed', array['tenant_id', 'seq'], 'null'),
    ('demo_secrets', 'sealed', array['tenant_id', 'name'], 'null'),
    ('erasures', 'subject_sealed', array['id'], 'null'),
    ('escalations', 'answer_to', array['id'], 'null'),
    ('idempotency_keys', 'response', array['tenant_id', 'scope', 'key'],
      'case when t.response ->> ''token_sealed'' is not null then t.response ->> ''id'' end'),
    ('link_identities', 'previous_secret_sealed', array['link_id'], 'null'),
    ('link_identities', 'secret_sealed', array['link_id'], 'null'),
    ('memories', 'address_sealed', array['tenant_id', 'agent_id', 'subject_hash'], 'null'),
    ('notices', 'target_sealed', array['id'],
      'case when t.firing_id is not null then (select ''alert:'' || f.alert_id from alert_firings f
        where f.id = t.firing_id) when t.kind = ''answer'' then ''answer:'' || t.escalation_id
        when t.push_id is not null then ''push:'' || t.tenant_id || '':'' || t.push_id
        else (select ''people:'' || c.agent_id
        from escalations e join text_conversations c on c.id = e.conversation_id where e.id = t.escalation_id) end'),
    ('push_subscriptions', 'subscription_sealed', array['id'], 'null'),
    ('schedule_recipients', 'address_sealed', array['schedule_id', 'address_hash'], 'null'),
    ('send_out_recipients', 'address_sealed', array['id'], 'null'),
    ('suppressions', 'address_sealed', array['tenant_id', 'address_hash'], 'null'),
    ('temporary_chat_links', 'token_sealed', array['id'], 'null'),
    ('webhook_deliveries', 'data_sealed', array['id'], 'null'),
    ('webhook_endpoints', 'previous_secret_sealed', array['id'], 'null'),
    ('webhook_endpoints', 'secret_sealed', array['id'], 'null'),
    ('webhook_endpoints', 'settings', array['id'], 'null')
$$;
