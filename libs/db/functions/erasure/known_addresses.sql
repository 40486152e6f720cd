-- Addresses in clear that a tenant has from before p_before, one page in alphabetical order after p_after: used to find
-- the address behind an erasure's keyed hash once the address itself is no longer known.
create or replace function known_addresses(p_tenant uuid, p_before timestamptz, p_after text, p_limit integer)
returns setof text
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  return query
    select address
    from (
      select participant_email as address
      from text_conversations
      where tenant_id = p_tenant and participant_email > p_after and created_at < p_before
      union
      select participant_identifier
      from text_conversations
      where tenant_id = p_tenant and participant_identifier > p_after and created_at < p_before
      union
      select lower(recipient)
      from dev_mail
      where tenant_id = p_tenant and lower(recipient) > p_after and created_at < p_before
      union
      select lower(recipient ->> 'email')
      from temporary_chat_links
      where tenant_id = p_tenant and lower(recipient ->> 'email') > p_after and created_at < p_before
    ) known
    where address like '%@%'
    order by address
    limit p_limit;
end
$$;
