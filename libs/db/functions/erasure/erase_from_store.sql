-- Removes what one store holds of a person outside of sessions, at most p_limit rows. p_address: the address; null =
-- only what is stored under its hashes is found. Data newer than the erasure stays; a memory records only its last
-- change, so the first run removes it whatever that says.
-- Returns how many rows were changed; fewer than p_limit = the store is done.
create or replace function erase_from_store(
  p_erasure uuid, p_claim uuid, p_store text, p_address text, p_limit integer
)
returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  e erasures := hold_erasure(p_erasure, p_claim);
  v_count integer;
  v_words integer;
begin
  case p_store
    when 'memory' then
      delete from memories
      where tenant_id = e.tenant_id
        and subject_hash = e.memory_hash
        and (e.memory_agent is null or agent_id = e.memory_agent)
        and (e.cause = 'request' or updated_at < e.erased_before);
    when 'access_requests' then
      delete from agent_access_requests
      where tenant_id = e.tenant_id and address_hash = e.subject_hash and created_at < e.erased_before;
    when 'access_addresses' then
      delete from agent_access_addresses
      where tenant_id = e.tenant_id and address_hash = e.subject_hash and e.cause = 'request';
    when 'verifications' then
      delete from link_verifications
      where tenant_id = e.tenant_id and address_hash = e.subject_hash and created_at < e.erased_before;
    when 'mails' then
      delete from dev_mail
      where id in (
        select id
        from dev_mail
        where tenant_id = e.tenant_id
          and created_at < e.erased_before
          and (names_address(recipient, p_address) or names_address(subject || ' ' || body, p_address))
        limit p_limit
      );
    when 'recipients' then
      delete from send_out_recipients
      where tenant_id = e.tenant_id and address_hash = e.subject_hash and created_at < e.erased_before;
    when 'schedule_recipients' then
      delete from schedule_recipients
      where tenant_id = e.tenant_id and address_hash = e.subject_hash and e.cause = 'request';
    when 'suppressions' then
      -- The hash alone stays, so that the address is still never written to.
      update suppressions
      set address_sealed = null, hint = ''
      where tenant_id = e.tenant_id
        and address_hash = e.subject_hash
        and created_at < e.erased_before
        and address_sealed is not null;
    when 'send_outs' then
      with words as (
        update send_outs
        set
          subject = without_address(subject, p_address),
          message = without_address(message, p_address),
          texts = without_address(texts::text, p_address)::jsonb
        where tenant_id = e.tenant_id
          and created_at < e.erased_before
          and names_address(concat_ws(' ', subject, message, texts), p_address)
        returning 1
      ), schedule_words as (
        update schedules
        set parameters = without_address(parameters::text, p_address)::jsonb
        where tenant_id = e.tenant_id
          and created_at < e.erased_before
          and names_address(parameters::text, p_address)
        returning 1
      )
      select count(*) into v_words from (select from words union all select from schedule_words) all_words;
    when 'links' then
      update temporary_chat_links l
      set
        recipient = case when names_address(recipient::text, p_address) then null else recipient end,
        metadata = without_address(metadata::text, p_address)::jsonb,
        title = without_address(title, p_address),
        description = without_address(description, p_address),
        welcome_message = without_address(welcome_message, p_address),
        consent_text = without_address(consent_text, p_address),
        chat_intent = without_address(chat_intent, p_address),
        system_prompt_override = without_address(system_prompt_override, p_address),
        initial_message = without_address(initial_message, p_address)
      where id in (
        select id
        from temporary_chat_links
        where tenant_id = e.tenant_id
          and created_at < e.erased_before
          and names_address(link_words(temporary_chat_links), p_address)
        limit p_limit
      );
    when 'link_templates' then
      update link_templates
      set fields = without_address(fields::text, p_address)::jsonb
      where id in (
        select id
        from link_templates
        where tenant_id = e.tenant_id
          and created_at < e.erased_before
          and names_address(fields::text, p_address)
        limit p_limit
      );
    when 'deliveries' then
      delete from webhook_deliveries
      where id in (
        select id
        from webhook_deliveries
        where tenant_id = e.tenant_id
          and created_at < e.erased_before
          and (names_address(data::text, p_address) or names_address(response_body, p_address))
        limit p_limit
      );
    when 'outbox' then
      delete from outbox
      where id in (
        select id
        from outbox
        where tenant_id = e.tenant_id
          and created_at < e.erased_before
          and names_address(payload::text, p_address)
        limit p_limit
      );
    when 'answers' then
      delete from idempotency_keys
      where (tenant_id, scope, key) in (
        select tenant_id, scope, key
        from idempotency_keys
        where tenant_id = e.tenant_id
          and created_at < e.erased_before
          and (names_address(response::text, p_address) or names_address(key, p_address))
        limit p_limit
      );
    when 'knowledge_uploads' then
      delete from knowledge_uploads
      where tenant_id = e.tenant_id
        and created_at < e.erased_before
        and upload_id in (
          select upload_id
          from knowledge_uploads
          where tenant_id = e.tenant_id and position(convert_to(p_address, 'UTF8') in data) > 0
        );
    else
      raise exception 'there is no store %', p_store;
  end case;
  get diagnostics v_count = row_count;
  v_count := coalesce(v_words, v_count);
  if v_count > 0 then perform count_erased(p_erasure, p_store, jsonb_build_object('rows', v_count)); end if;
  return v_count;
end
$$;

select run_across_tenants('erase_from_store');
