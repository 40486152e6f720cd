-- Two roles, neither owner nor superuser. Every service acts as parley_app (startup option `role=parley_app`), bound to one tenant
-- per transaction by row level security. parley_jobs owns the few SECURITY DEFINER functions that must look across tenants.
do $$
begin
  if not exists (select from pg_roles where rolname = 'parley_app') then
    begin create role parley_app nologin; exception when duplicate_object or unique_violation then null; end;
  end if;
  if not exists (select from pg_roles where rolname = 'parley_jobs') then
    begin create role parley_jobs nologin; exception when duplicate_object or unique_violation then null; end;
  end if;
  if not pg_has_role(current_user, 'parley_app', 'member') then execute format('grant parley_app to %I', current_user); end if;
  if not pg_has_role(current_user, 'parley_jobs', 'member') then execute format('grant parley_jobs to %I', current_user); end if;
end $$;

grant usage on schema public to parley_app, parley_jobs;
-- needed to own functions; taken back by the last migration of this set
grant create on schema public to parley_jobs;

-- A query without a tenant must fail, not answer with nothing: the missing setting raises, and so does the empty one.
create function app_tenant() returns uuid language sql stable parallel safe as
$$ select current_setting('app.tenant_id')::uuid $$;

-- Row level security for one table: the application sees its tenant, the jobs role sees all.
create function protect_by_tenant(p_table regclass, p_column text default 'tenant_id') returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', p_table);
  execute format('alter table %s force row level security', p_table);
  execute format('create policy tenant on %s to parley_app using (%I = (select app_tenant())) with check (%I = (select app_tenant()))',
                 p_table, p_column, p_column);
  execute format('create policy jobs on %s to parley_jobs using (true) with check (true)', p_table);
  execute format('grant select, insert, update, delete on %s to parley_app, parley_jobs', p_table);
end $$;
