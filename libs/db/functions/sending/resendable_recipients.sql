-- The recipients that a send-out can be sent to again, in its order: those sent to who have not opened or not written
-- on their own link (p_to not_opened, not_chatted), or whom it did not reach (failed).
create or replace function resendable_recipients(p_send_out uuid, p_to text)
returns table (id uuid, address_sealed text, language text)
language sql stable as $$
  select r.id, r.address_sealed, r.language
  from send_out_recipients r
  where r.send_out_id = p_send_out
    and case p_to
      when 'not_opened' then r.status = 'sent' and not link_opened(r.tenant_id, r.link_id)
      when 'not_chatted' then r.status = 'sent' and not link_chatted(r.link_id)
      when 'failed' then r.status = 'failed'
    end
  order by r.position
$$;
