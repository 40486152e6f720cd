-- The newest run of the test suite of a document, by its content: a result is good for exactly what was tested, in whatever version.
create table agent_test_results (
  tenant_id uuid not null references tenants,
  content_hash text not null,
  passed boolean not null,
  result json not null,
  ran_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, content_hash)
);
select protect_by_tenant('agent_test_results');

-- Who has put a version live although its tests were not green, and why. Rows are only ever added.
create table agent_gate_overrides (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  agent_id uuid not null references agents on delete cascade,
  version integer not null,
  content_hash text not null,
  reason text not null check (length(btrim(reason)) between 1 and 1000),
  via text not null,
  principal_id text not null,
  -- of the transaction: the override counts in the very transaction that activates
  created_at timestamptz not null default now()
);
select protect_by_tenant('agent_gate_overrides');
revoke update, delete on agent_gate_overrides from parley_app;
create index agent_gate_overrides_agent on agent_gate_overrides (agent_id, created_at desc);

create function requires_tests(p_document json) returns boolean language sql immutable as
$$ select coalesce((p_document #>> '{agent,require_tests}')::boolean, false) $$;

-- Every door ends at this column, so the gate stands here: whatever code activates, a version that requires tests needs a green result of its
-- content, or an override written in the same transaction; and only an override puts one live that drops what the live version requires.
create function guard_activation() returns trigger language plpgsql as $$
begin
  if exists (select from agent_versions v
              where v.agent_id = new.id and v.version = new.active_version
                and case when requires_tests(v.document)
                      then not exists (select from agent_test_results r
                                        where r.tenant_id = new.tenant_id and r.content_hash = v.content_hash and r.passed)
                      else exists (select from agent_versions live
                                    where live.agent_id = new.id and live.version = old.active_version and requires_tests(live.document)) end
                and not exists (select from agent_gate_overrides o
                                 where o.agent_id = new.id and o.version = v.version and o.created_at = now())) then
    perform fail('tests_not_green');
  end if;
  return new;
end $$;
create trigger guard_activation before update of active_version on agents for each row
  when (new.active_version is distinct from old.active_version) execute function guard_activation();

-- A deleted agent keeps its row, because conversations refer to it. It gives its slug up by taking one that nobody can have; a partial unique
-- index instead of the constraint would break the inserts of a release that still runs beside this one.
alter table agents add column deleted_at timestamptz;

-- Which recorded sessions of an agent a replay takes: newest first.
create index text_conversations_agent on text_conversations (agent_id, created_at desc, id desc);

-- Ends the live sessions of an agent (within the caller's tenant).
create function end_agent_sessions(p_agent uuid, p_reason text) returns integer language plpgsql as $$
declare v_id uuid; v_ended integer := 0;
begin
  for v_id in select id from text_conversations where agent_id = p_agent and ended_at is null order by id loop
    if close_conversation(v_id, 'completed', p_reason) then v_ended := v_ended + 1; end if;
  end loop;
  return v_ended;
end $$;
