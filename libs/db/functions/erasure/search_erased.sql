-- Searches for what is left of an erased person or session, or has reappeared, among data older than the erasure.
-- p_address: the address; null = only data under its hashes and in its sessions is found. Read-only.
-- Returns store → what → how many; {} = nothing.
create or replace function search_erased(p_erasure uuid, p_tenant uuid, p_address text) returns jsonb
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  e erasures;
  v_ids uuid[];
  v_found jsonb := '{}';
  v_rows jsonb;
begin
  select * into e from erasures where id = p_erasure and tenant_id = p_tenant;
  if not found then return null; end if;
  select coalesce(array_agg(conversation_id), '{}') into v_ids from erasure_sessions where erasure_id = e.id;
  if e.kind = 'email' then
    select v_ids || coalesce(array_agg(id), '{}') into v_ids
    from text_conversations
    where tenant_id = e.tenant_id
      and created_at < e.erased_before
      and purged_at is null
      and (participant_email = p_address or participant_identifier = p_address);
  end if;
  -- A delivery whose content was removed is still sent: its resealed payload identifies nobody.
  v_rows := content_counts(v_ids) - 'deliveries';
  if v_rows <> '{}' then v_found := jsonb_build_object('sessions', v_rows); end if;
  select coalesce(jsonb_object_agg(store, jsonb_build_object('rows', n)), '{}') into v_rows
  from (
    select 'memory' as store, count(*) as n
    from memories
    where tenant_id = e.tenant_id
      and subject_hash = e.memory_hash
      and (e.memory_agent is null or agent_id = e.memory_agent)
      and (e.cause = 'request' and e.state <> 'done' or updated_at < e.erased_before)
    union all
    select 'access_requests', count(*)
    from agent_access_requests
    where tenant_id = e.tenant_id and address_hash = e.subject_hash and created_at < e.erased_before
    union all
    select 'verifications', count(*)
    from link_verifications
    where tenant_id = e.tenant_id and address_hash = e.subject_hash and created_at < e.erased_before
    union all
    select 'mails', count(*)
    from dev_mail
    where e.kind = 'email'
      and tenant_id = e.tenant_id
      and created_at < e.erased_before
      and (names_address(recipient, p_address) or names_address(subject || ' ' || body, p_address))
    union all
    select 'recipients', count(*)
    from send_out_recipients
    where tenant_id = e.tenant_id and address_hash = e.subject_hash and created_at < e.erased_before
    union all
    select 'suppressions', count(*)
    from suppressions
    where tenant_id = e.tenant_id
      and address_hash = e.subject_hash
      and created_at < e.erased_before
      and address_sealed is not null
    union all
    select 'send_outs', count(*)
    from send_outs
    where e.kind = 'email'
      and tenant_id = e.tenant_id
      and created_at < e.erased_before
      and names_address(concat_ws(' ', subject, message, texts), p_address)
    union all
    select 'links', count(*)
    from temporary_chat_links l
    where e.kind = 'email'
      and tenant_id = e.tenant_id
      and created_at < e.erased_before
      and names_address(link_words(l), p_address)
    union all
    select 'link_templates', count(*)
    from link_templates
    where e.kind = 'email'
      and tenant_id = e.tenant_id
      and created_at < e.erased_before
      and names_address(fields::text, p_address)
    union all
    select 'deliveries', count(*)
    from webhook_deliveries
    where e.kind = 'email'
      and tenant_id = e.tenant_id
      and created_at < e.erased_before
      and (names_address(data::text, p_address) or names_address(response_body, p_address))
    union all
    select 'outbox', count(*)
    from outbox
    where e.kind = 'email'
      and tenant_id = e.tenant_id
      and created_at < e.erased_before
      and names_address(payload::text, p_address)
    union all
    select 'answers', count(*)
    from idempotency_keys
    where e.kind = 'email'
      and tenant_id = e.tenant_id
      and created_at < e.erased_before
      and (names_address(response::text, p_address) or names_address(key, p_address))
  ) s
  where n > 0;
  return v_found || v_rows;
end
$$;

select run_across_tenants('search_erased');
