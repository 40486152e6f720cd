-- Stores the recipients of a new send-out, each once, as far as the tenant's limits of the last 24 hours allow.
-- Recipients who have unsubscribed or reached their daily limit are stored but never sent to. Concurrent send-outs of
-- one tenant are serialised here, so that no two of them use the same allowance.
-- p_pace_ms: milliseconds between the first attempts of two recipients. p_dry: reports the outcome, and writes nothing.
-- Returns {refused: null | tenant | agent, recipients, suppressed, limited}; refused = nothing was written.
create or replace function accept_recipients(
  p_tenant uuid, p_send_out uuid, p_agent uuid, p_ids uuid[], p_hashes text[], p_sealed text[], p_hints text[],
  p_languages text[], p_can_suppress boolean, p_pace_ms integer, p_per_recipient integer, p_per_agent integer,
  p_per_tenant integer, p_dry boolean
)
returns jsonb
language plpgsql as $$
declare
  v_now timestamptz;
  v_day interval := interval '24 hours';
  v_suppressed text[];
  v_limited text[];
  v_counted integer;
begin
  perform pg_advisory_xact_lock(hashtextextended('sending:' || p_tenant, 0));
  v_now := clock_timestamp();
  select coalesce(array_agg(s.address_hash), '{}') into v_suppressed
  from suppressions s
  where p_can_suppress and s.tenant_id = p_tenant and s.address_hash = any(p_hashes);
  select coalesce(array_agg(h), '{}') into v_limited
  from unnest(p_hashes) as h
  where not h = any(v_suppressed)
    and p_per_recipient <= (
      select count(*)
      from send_out_recipients r
      where r.tenant_id = p_tenant
        and r.address_hash = h
        and r.created_at > v_now - v_day
        and r.status in ('pending', 'sent', 'in_doubt')
    );
  v_counted := cardinality(p_hashes) - cardinality(v_suppressed) - cardinality(v_limited);
  if v_counted + (
    select count(*)
    from send_out_recipients r
    where r.tenant_id = p_tenant
      and r.created_at > v_now - v_day
      and r.status in ('pending', 'sent', 'in_doubt')
  ) > p_per_tenant then
    return jsonb_build_object('refused', 'tenant');
  end if;
  if v_counted + (
    select count(*)
    from send_out_recipients r
    join send_outs s on s.id = r.send_out_id
    where r.tenant_id = p_tenant
      and r.created_at > v_now - v_day
      and r.status in ('pending', 'sent', 'in_doubt')
      and s.agent_id = p_agent
  ) > p_per_agent then
    return jsonb_build_object('refused', 'agent');
  end if;
  if not p_dry then
    insert into send_out_recipients (
      id, tenant_id, send_out_id, position, address_sealed, address_hash, hint, language, status, next_attempt_at,
      created_at, ended_at
    )
    select
      t.id, p_tenant, p_send_out, t.n, t.sealed, t.hash, t.hint, t.language,
      case when t.hash = any(v_suppressed) then 'suppressed' when t.hash = any(v_limited) then 'limited'
        else 'pending' end,
      v_now + make_interval(secs => (t.n - 1) * p_pace_ms / 1000.0), v_now,
      case when t.hash = any(v_suppressed || v_limited) then v_now end
    from unnest(p_ids, p_sealed, p_hashes, p_hints, p_languages) with ordinality
      as t (id, sealed, hash, hint, language, n);
  end if;
  return jsonb_build_object(
    'refused', null, 'recipients', cardinality(p_hashes), 'suppressed', cardinality(v_suppressed),
    'limited', cardinality(v_limited)
  );
end
$$;
