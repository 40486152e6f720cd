-- Claims due recipients for p_hold_ms. Cancels those whose send-out was cancelled, whose link is closed, deleted or
-- expired, or whose tenant is suspended; fails those whose attempts keep breaking off (p_most). An attempt that had
-- begun to post to a chat and never reported back leaves its recipient in doubt: a chat cannot be asked what it has, so
-- a second attempt might be a second copy. Other channels are claimed again, `doubtful`: their providers detect a
-- repeat by its id or can be asked.
create or replace function claim_recipients(p_limit integer, p_hold_ms integer, p_most integer) returns setof json
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_now timestamptz := clock_timestamp();
  r send_out_recipients;
  s send_outs;
  l temporary_chat_links;
  v_over text;
begin
  for r in
    select *
    from send_out_recipients
    where ended_at is null
      and next_attempt_at <= v_now
      and (claimed_until is null or claimed_until < v_now)
    order by next_attempt_at
    limit p_limit
    for no key update skip locked
  loop
    select * into s from send_outs where id = r.send_out_id;
    select * into l from temporary_chat_links where id = s.link_id;
    v_over := case
      when r.handed_over_at is not null and s.channel in ('slack', 'teams') then 'in_doubt'
      when s.cancelled_at is not null
        or not l.is_active
        or l.deleted_at is not null
        or l.expires_at <= v_now
        or exists (select from tenants t where t.id = s.tenant_id and t.suspended_at is not null)
        or exists (select from agent_access_policies p where p.agent_id = s.agent_id and not p.links_enabled)
        then 'cancelled'
      when r.attempts >= p_most then 'failed'
    end;
    if v_over is not null then
      v_over := case when r.handed_over_at is null then v_over else 'in_doubt' end;
      perform end_recipient(
        r.id, v_over,
        case v_over when 'in_doubt' then 'broken_off' when 'cancelled' then 'link_closed' else 'given_up' end
      );
      continue;
    end if;
    update send_out_recipients
    set attempts = attempts + 1, claimed_until = v_now + make_interval(secs => p_hold_ms / 1000.0)
    where id = r.id
    returning * into r;
    return next json_build_object(
      'id', r.id, 'tenant_id', r.tenant_id, 'attempt', r.attempts, 'address_sealed', r.address_sealed,
      'address_hash', r.address_hash, 'language', r.language, 'handed_over_at', iso(r.handed_over_at),
      'send_out_id', s.id, 'channel', s.channel, 'personalised', s.personalised, 'template', s.template,
      'subject', s.subject, 'message', s.message, 'texts', s.texts,
      'link_id', s.link_id, 'title', l.title,
      'expires_at', iso(l.expires_at), 'token_sealed', l.token_sealed,
      'agent_name', (select a.name from agents a where a.id = s.agent_id),
      'tenant_name', (select t.name from tenants t where t.id = s.tenant_id)
    );
  end loop;
end
$$;

select run_across_tenants('claim_recipients');
