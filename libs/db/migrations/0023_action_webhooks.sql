-- Deliveries that `webhook:` actions of workflows ask for. A row is written by the commit of its turn, so a turn that fails, is repeated or loses
-- its lease sends nothing; the row's id is the same at every attempt.
create table action_webhooks (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  conversation_id uuid not null references text_conversations on delete cascade,
  turn_seq integer not null,
  url text not null,
  payload jsonb not null,
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default clock_timestamp(),
  -- delivered, or why the last attempt was not: status, refused, timeout, too_large, unreachable
  outcome text,
  ended_at timestamptz,
  created_at timestamptz not null default clock_timestamp()
);
select protect_by_tenant('action_webhooks');
create index action_webhooks_due on action_webhooks (next_attempt_at) where ended_at is null;
create index action_webhooks_ended on action_webhooks (ended_at) where ended_at is not null;
create index action_webhooks_conversation on action_webhooks (conversation_id);

-- A trigger rather than a part of commit_turn: most turns have none, and the condition costs them one look into their trace.
create function store_action_webhooks() returns trigger language plpgsql as $$
begin
  insert into action_webhooks (tenant_id, conversation_id, turn_seq, url, payload)
  select new.tenant_id, new.conversation_id, new.seq, w ->> 'url',
         jsonb_build_object('type', 'workflow.action', 'timestamp', iso(clock_timestamp()), 'data', jsonb_build_object(
           'session_id', c.session_id, 'agent_id', c.agent_id, 'turn_id', c.id || '.' || new.seq,
           'node_id', w ->> 'node_id', 'phase', w ->> 'phase', 'variables', w -> 'variables'))
    from json_array_elements(new.trace -> 'webhooks') w join text_conversations c on c.id = new.conversation_id;
  return null;
end $$;
create trigger action_webhooks after update of status on session_turns for each row
  when (new.status = 'done' and old.status = 'pending' and new.trace -> 'webhooks' is not null) execute function store_action_webhooks();

-- Takes due deliveries for a while. Ended ones are forgotten after a week, a few at a time.
create function claim_action_webhooks(p_limit integer, p_hold_ms integer)
returns table (id uuid, tenant_id uuid, url text, payload jsonb, attempts integer) language plpgsql security definer set search_path = public as $$
begin
  delete from action_webhooks w where w.id in (select d.id from action_webhooks d where d.ended_at < clock_timestamp() - interval '7 days'
    order by d.ended_at limit 100 for update skip locked);
  return query
  update action_webhooks w set attempts = w.attempts + 1, next_attempt_at = clock_timestamp() + make_interval(secs => p_hold_ms / 1000.0)
   where w.id in (select d.id from action_webhooks d where d.ended_at is null and d.next_attempt_at <= clock_timestamp()
                   order by d.next_attempt_at limit p_limit for no key update skip locked)
  returning w.id, w.tenant_id, w.url, w.payload, w.attempts;
end $$;
grant create on schema public to parley_jobs;
alter function claim_action_webhooks(integer, integer) owner to parley_jobs;
revoke create on schema public from parley_jobs;
revoke all on function claim_action_webhooks(integer, integer) from public;
grant execute on function claim_action_webhooks(integer, integer) to parley_app, parley_jobs;

-- Ends a delivery (p_retry_ms null) or puts it off; an ended one stays as it is.
create function settle_action_webhook(p_tenant uuid, p_id uuid, p_outcome text, p_retry_ms integer) returns void language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update action_webhooks set outcome = p_outcome, ended_at = case when p_retry_ms is null then clock_timestamp() end,
         next_attempt_at = clock_timestamp() + make_interval(secs => coalesce(p_retry_ms, 0) / 1000.0)
   where id = p_id and ended_at is null;
end $$;
