-- Every way to activate a version writes this column, so the publish gate is here: a version that requires tests needs
-- a passing run of its content, or an override written in the same transaction; and only an override activates a
-- version that drops the requirement of the active one.
create or replace function guard_activation() returns trigger
language plpgsql as $$
begin
  if exists (
    select
    from agent_versions v
    where v.agent_id = new.id
      and v.version = new.active_version
      and case
        when requires_tests(v.document)
          then not exists (
            select
            from agent_test_results r
            where r.tenant_id = new.tenant_id
              and r.content_hash = v.content_hash
              and r.passed
          )
        else exists (
          select
          from agent_versions live
          where live.agent_id = new.id
            and live.version = old.active_version
            and requires_tests(live.document)
        )
      end
      and not exists (
        select
        from agent_gate_overrides o
        where o.agent_id = new.id
          and o.version = v.version
          and o.created_at = now()
      )
  )
  then
    perform fail('tests_not_green');
  end if;
  return new;
end
$$;

create or replace trigger guard_activation
before update of active_version on agents
for each row when (new.active_version is distinct from old.active_version)
execute function guard_activation();
