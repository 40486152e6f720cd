-- Why a visitor may not talk on a link, as an error code; null = they may. p_address: keyed hash of the confirmed
-- address.
-- plpgsql, so that its plan is cached.
create or replace function entry_refusal(p_link uuid, p_verified boolean, p_address text)
returns text
language plpgsql stable as $$
begin
  return (
    select case
      when t.suspended_at is not null or not p.links_enabled then 'link_unavailable'
      when not p_verified and (l.require_email or coalesce(p.mode, 'open') <> 'open') then 'verification_required'
      when p.mode = 'approval' and not address_admitted(l.agent_id, p_address) then 'access_pending'
    end
    from temporary_chat_links l
    join tenants t on t.id = l.tenant_id
    left join agent_access_policies p on p.agent_id = l.agent_id
    where l.id = p_link
  );
end
$$;
