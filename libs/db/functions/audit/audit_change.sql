-- Trigger of tables that owners change: writes an audit entry about the row when the transaction acts for somebody
-- (`app.actor`); otherwise it costs only the check of that setting. Arguments: the kind of the row, its id columns, the
-- columns whose values may appear in an entry. Of all others an entry says only that they changed: they may hold words,
-- addresses and secrets.
create or replace function audit_change() returns trigger
language plpgsql as $$
declare
  v_silent constant text[] := '{updated_at, last_used_at, last_seen_at, created_at, tokens_used, cost_used,
    sessions_used, chunks,
    retention_changed_at, retention_check_at, secrets_sealed, failures, failing_since, latest_version, next_at,
    source_text, end_sessions_before, suspended}';
  v_before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - v_silent else '{}' end;
  v_after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - v_silent else '{}' end;
  v_row jsonb := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
  v_shown text[] := tg_argv[2]::text[];
  v_changed text[];
  v_verb text := case tg_op when 'INSERT' then 'created' when 'UPDATE' then 'updated' else 'deleted' end;
begin
  select array_agg(k order by k) into v_changed
  from jsonb_object_keys(v_before || v_after) as k
  where v_before -> k is distinct from v_after -> k
    and coalesce(v_before -> k, 'null') is distinct from coalesce(v_after -> k, 'null');
  if v_changed is null and tg_op = 'UPDATE' then return null; end if;
  if tg_op = 'UPDATE' and 'deleted_at' = any(v_changed) and v_after ->> 'deleted_at' is not null then
    v_verb := 'deleted';
  elsif tg_op = 'UPDATE' and 'revoked_at' = any(v_changed) and v_after ->> 'revoked_at' is not null then
    v_verb := 'revoked';
  elsif tg_op = 'UPDATE' and 'removed_at' = any(v_changed) and v_after ->> 'removed_at' is not null then
    v_verb := 'removed';
  elsif tg_op = 'UPDATE' and tg_argv[0] = 'user' and 'disabled_at' = any(v_changed) then
    v_verb := case when v_after ->> 'disabled_at' is null then 'enabled' else 'disabled' end;
  end if;
  perform note_act(
    coalesce(v_row ->> 'tenant_id', v_row ->> 'id')::uuid,
    tg_argv[0] || '.' || v_verb,
    tg_argv[0],
    (select string_agg(v_row ->> c, '/' order by n) from unnest(tg_argv[1]::text[]) with ordinality as i (c, n)),
    jsonb_strip_nulls(jsonb_build_object(
      'before', (select jsonb_object_agg(c, v_before -> c) from unnest(v_shown) as c where c = any(v_changed)
        and tg_op <> 'INSERT'),
      'after', (select jsonb_object_agg(c, v_after -> c) from unnest(v_shown) as c where c = any(v_changed)
        and tg_op <> 'DELETE'),
      'other', case when tg_op = 'UPDATE' then (
        select jsonb_agg(c order by c) from unnest(v_changed) as c where not c = any(v_shown)
      ) end
    ))
  );
  return null;
end
$$;

do $$
declare
  v record;
begin
  for v in
    select *
    from (values
      ('tenants', 'tenant', '{id}', '{name, require_nonce, suspended_at}'),
      ('api_tokens', 'token', '{id}', '{name, role, token_hint, revoked_at}'),
      ('api_keys', 'key', '{id}', '{name, key_id, scopes, require_nonce, expires_at, revoked_at}'),
      ('users', 'user', '{id}', '{role, disabled_at, removed_at}'),
      ('agents', 'agent', '{id}', '{name, slug, active_version, mcp_tools, deleted_at}'),
      ('agent_versions', 'agent_version', '{agent_id, version}', '{content_hash}'),
      ('agent_gate_overrides', 'agent_gate_override', '{agent_id, version}', '{content_hash}'),
      (
        'temporary_chat_links', 'link', '{id}',
        '{agent_id, agent_version, is_active, expires_at, max_sessions, max_concurrent_sessions,
          max_messages_per_session, session_timeout_minutes, rate_limit_per_minute, max_message_length, require_email,
          allowed_email_domains, allowed_domains, allowed_ips, allowed_countries, blocked_countries, proof_of_work,
          retention_days, deleted_at}'
      ),
      ('link_templates', 'link_template', '{id}', '{name}'),
      ('message_templates', 'message_template', '{name}', '{name}'),
      ('send_outs', 'delivery', '{id}', '{agent_id, link_id, channel, personalised, schedule_id, cancelled_at}'),
      ('suppressions', 'suppression', '{id}', '{reason}'),
      ('schedules', 'schedule', '{id}', '{agent_id, name, cron, timezone, action, paused_at}'),
      (
        'alerts', 'alert', '{id}',
        '{kind, agent_id, link_id, all_tenants, threshold, window_hours, tell_recovery, is_active}'
      ),
      ('link_budgets', 'link_budget', '{link_id}', '{max_tokens, max_cost, hard}'),
      ('link_identities', 'link_identity', '{link_id}', '{secret_created_at, previous_valid_until}'),
      ('agent_access_policies', 'access_policy', '{agent_id}', '{mode, links_enabled}'),
      ('agent_access_addresses', 'access_address', '{agent_id, address_hash}', '{}'),
      ('agent_access_requests', 'access_request', '{id}', '{agent_id, status}'),
      ('saved_replies', 'saved_reply', '{id}', '{key, action, transfer_to, digit}'),
      ('push_subscriptions', 'push_subscription', '{id}', '{host}'),
      ('agent_people', 'agent_people', '{agent_id}', '{}'),
      (
        'webhook_endpoints', 'webhook', '{id}',
        '{agent_id, agent_version, events, include_transcript, is_active, disabled_reason}'
      ),
      ('action_webhook_secrets', 'webhook_secret', '{tenant_id}', '{}'),
      ('knowledge_documents', 'knowledge_document', '{id}', '{agent_id, name, revision, bytes, deleted_at}'),
      ('agent_secrets', 'agent_secret', '{agent_id, name}', '{name, hosts}'),
      ('erasures', 'erasure', '{id}', '{kind, state}'),
      ('memories', 'memory', '{agent_id, subject_hash}', '{revision}')
    ) as t (name, resource, ids, shown)
  loop
    execute format(
      'create or replace trigger audit_change after insert or update or delete on %I
         for each row when (current_setting(''app.actor'', true) <> '''')
         execute function audit_change(%L, %L, %L)',
      v.name, v.resource, v.ids, v.shown
    );
  end loop;
end
$$;
