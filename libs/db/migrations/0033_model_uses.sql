-- Every use of a model is counted where it belongs: analyses on the budget of their link, summaries of people on the conversation that
-- asked for them, vectors of documents on the document. See docs/adr/0014.
alter table session_analyses drop constraint session_analyses_status_check;
-- skipped: the link's budget had no room for it
alter table session_analyses add constraint session_analyses_status_check check (status in ('pending', 'done', 'failed', 'skipped'));
-- US dollars, all attempts together, as the tokens; null = a model without a price was asked, or nobody counted yet.
alter table session_analyses add column cost numeric(20, 12);
alter table session_analyses alter column cost set default 0;

-- What summaries of people took in this conversation; the owner's, never the link's.
alter table memory_cursors add column input_tokens bigint not null default 0, add column output_tokens bigint not null default 0,
  add column cost numeric(20, 12) default 0;

-- What the vectors of this revision took, repeated rounds included; and why the last round gave up.
alter table knowledge_documents add column embedding_tokens bigint not null default 0, add column embedding_cost numeric(20, 12) default 0,
  add column embedding_error text;

-- Turns as before. An analysis holds its room under the number 0, fenced by its attempt.
create or replace function holds_budget(r budget_reservations, c text_conversations) returns boolean language sql stable as $$
  select case when r.seq = 0
    then exists (select from session_analyses a where a.conversation_id = r.conversation_id and a.status = 'pending' and a.attempts = r.fence)
    else (c.fence = r.fence and c.done_seq < r.seq) or (c.status <> 'active' and c.fence = r.fence + 1 and c.ended_at > clock_timestamp() - interval '1 minute')
  end
$$;

-- As before, and for analyses too: seq 0, with the attempt as the fence.
create or replace function reserve_budget(p jsonb) returns json language plpgsql as $$
declare
  v_conversation uuid := (p ->> 'conversation_id')::uuid; v_seq integer := (p ->> 'seq')::int; v_fence bigint := (p ->> 'fence')::bigint;
  v_link uuid; b link_budgets; v_held_tokens bigint; v_held_cost numeric; v_most bigint := (p ->> 'max_output')::bigint;
  v_least bigint := least(v_most, (p ->> 'min_output')::bigint); v_enough bigint := coalesce((p ->> 'enough_output')::bigint, v_least);
  v_spent bigint := (p ->> 'spent_tokens')::bigint; v_spent_cost numeric := (p ->> 'spent_cost')::numeric;
  v_input bigint := (p ->> 'input_tokens')::bigint; v_in numeric := (p ->> 'input_price')::numeric; v_out numeric := (p ->> 'output_price')::numeric;
  -- what would be left with nobody else at work, and what is left
  v_alone bigint; v_output bigint;
begin
  perform enter_tenant((p ->> 'tenant_id')::uuid);
  -- Conversation (or its analysis) before link, as in the commit: a try that was taken over cannot get between a commit and its charge.
  if v_seq = 0 then
    select c.link_id into v_link from session_analyses a join text_conversations c on c.id = a.conversation_id
     where a.conversation_id = v_conversation and a.attempts = v_fence and a.status = 'pending' for share of a;
  else
    select link_id into v_link from text_conversations where id = v_conversation and fence = v_fence and status = 'active' for share;
  end if;
  if not found then return json_build_object('status', 'fenced'); end if;
  -- The row is the queue: calls of one link reserve one after the other.
  select * into b from link_budgets where link_id = v_link for no key update;
  if not found or (b.max_tokens is null and b.max_cost is null) then return json_build_object('status', 'none'); end if;
  if b.hard and b.max_cost is not null and (v_in is null or v_out is null) then return json_build_object('status', 'unpriced'); end if;
  select coalesce(sum(r.tokens), 0), coalesce(sum(r.cost), 0) into v_held_tokens, v_held_cost
    from budget_reservations r join text_conversations c on c.id = r.conversation_id
   where r.link_id = v_link and holds_budget(r, c) and not (r.conversation_id = v_conversation and r.seq = v_seq);
  v_alone := budget_output(b, v_most, v_spent + v_input, v_spent_cost + coalesce(v_input * v_in, 0), v_out);
  v_output := budget_output(b, v_most, v_held_tokens + v_spent + v_input, v_held_cost + v_spent_cost + coalesce(v_input * v_in, 0), v_out);
  if b.hard and v_output < greatest(v_least, least(v_alone, v_enough)) then
    -- Who waits holds no more than it has used, else two that wait could keep each other waiting.
    update budget_reservations set tokens = v_spent, cost = v_spent_cost where conversation_id = v_conversation and seq = v_seq and fence = v_fence;
    return json_build_object('status', case when v_alone < v_least then 'exhausted' else 'busy' end);
  end if;
  if not b.hard then v_output := v_most; end if;
  -- Dead ones are cleared in passing; one that a commit is just removing is left to it, else the two would wait for each other.
  delete from budget_reservations where (conversation_id, seq, fence) in (select r.conversation_id, r.seq, r.fence
    from budget_reservations r join text_conversations c on c.id = r.conversation_id
   where r.link_id = v_link and not holds_budget(r, c) limit 20 for update of r skip locked);
  insert into budget_reservations (conversation_id, seq, fence, tenant_id, link_id, tokens, cost)
  values (v_conversation, v_seq, v_fence, b.tenant_id, v_link, v_spent + v_input + v_output, v_spent_cost + coalesce(v_input * v_in + v_output * v_out, 0))
  on conflict (conversation_id, seq, fence) do update set tokens = excluded.tokens, cost = excluded.cost;
  return json_build_object('status', 'granted', 'max_output', v_output);
end $$;

-- Counts what an attempt has used on the link that it held room of, and gives the rest back. Once: the room is gone then.
-- p: {input_tokens, output_tokens, cost, charged_tokens, charged_cost}; what is charged may be more than what was counted.
create function charge_analysis(p_conversation uuid, p_attempt integer, p jsonb) returns void language plpgsql as $$
declare r budget_reservations;
begin
  delete from budget_reservations where conversation_id = p_conversation and seq = 0 and fence = p_attempt returning * into r;
  if not found then return; end if;
  update link_budgets set tokens_used = tokens_used + coalesce((p ->> 'charged_tokens')::bigint, 0),
         cost_used = cost_used + coalesce((p ->> 'charged_cost')::numeric, 0) where link_id = r.link_id;
end $$;

-- As before; also charges the link and adds to what earlier attempts took.
create or replace function finish_analysis(p_tenant uuid, p_conversation uuid, p_attempt integer, p jsonb) returns boolean language plpgsql as $$
declare v_session text;
begin
  perform enter_tenant(p_tenant);
  update session_analyses set status = 'done', answers = p -> 'answers', model = p ->> 'model', error_code = null, ended_at = clock_timestamp(),
         unanswered = array(select jsonb_array_elements_text(p -> 'unanswered')),
         input_tokens = coalesce(input_tokens, 0) + (p ->> 'input_tokens')::int, output_tokens = coalesce(output_tokens, 0) + (p ->> 'output_tokens')::int,
         cost = cost + (p ->> 'cost')::numeric
   where conversation_id = p_conversation and status = 'pending' and attempts = p_attempt;
  if not found then return false; end if;
  perform charge_analysis(p_conversation, p_attempt, p);
  select session_id into v_session from text_conversations where id = p_conversation;
  insert into outbox (tenant_id, subject, key, payload)
  values (p_tenant, 'sessions.v1.event.analyzed', v_session,
          jsonb_build_object('tenantId', p_tenant, 'sessionId', v_session, 'conversationId', p_conversation));
  return true;
end $$;

-- Ends an attempt without answers. p: {status (pending = it is put off by retry_ms; failed; skipped), code, retry_ms, and what it used as in
-- charge_analysis}. An attempt that was overtaken changes nothing.
create function settle_analysis(p_tenant uuid, p_conversation uuid, p_attempt integer, p jsonb) returns boolean language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  update session_analyses set error_code = p ->> 'code', status = p ->> 'status', model = coalesce(p ->> 'model', model),
         ended_at = case when p ->> 'status' <> 'pending' then clock_timestamp() end,
         next_attempt_at = clock_timestamp() + make_interval(secs => coalesce((p ->> 'retry_ms')::double precision, 0) / 1000.0),
         input_tokens = coalesce(input_tokens, 0) + coalesce((p ->> 'input_tokens')::int, 0),
         output_tokens = coalesce(output_tokens, 0) + coalesce((p ->> 'output_tokens')::int, 0),
         cost = case when p ? 'input_tokens' then cost + (p ->> 'cost')::numeric else cost end
   where conversation_id = p_conversation and status = 'pending' and attempts = p_attempt;
  if not found then return false; end if;
  perform charge_analysis(p_conversation, p_attempt, p);
  return true;
end $$;

-- As before, with what it took.
create or replace function session_analysis(p_conversation uuid) returns jsonb language sql stable as $$
  select jsonb_build_object('status', status, 'answers', answers, 'unanswered', to_jsonb(unanswered), 'model', model,
           'error_code', error_code, 'created_at', iso(created_at), 'ended_at', iso(ended_at),
           'usage', jsonb_build_object('input_tokens', coalesce(input_tokens, 0), 'output_tokens', coalesce(output_tokens, 0), 'cost', cost))
    from session_analyses where conversation_id = p_conversation
$$;

-- Documents that are being read, or could not be: a long PDF takes its time, and whoever has sent it may have gone. Gone when its document
-- is there, or a day later.
create table knowledge_ingestions (
  upload_id uuid primary key,
  tenant_id uuid not null references tenants,
  agent_id uuid not null references agents on delete cascade,
  name text not null,
  bytes integer not null,
  -- null = being read
  error text,
  started_at timestamptz not null default clock_timestamp()
);
select protect_by_tenant('knowledge_ingestions');
create index knowledge_ingestions_agent on knowledge_ingestions (agent_id, started_at);
