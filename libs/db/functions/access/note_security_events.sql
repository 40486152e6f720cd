-- Keeps a batch of one tenant: [{id, link_id, kind, scope, country, address_hash, session_id, count, at}]. A time in
-- the future becomes now, an event of a link that is not this tenant's is dropped. Answers how many were kept.
create or replace function note_security_events(p_tenant uuid, p_events jsonb) returns integer
language plpgsql as $$
declare
  v_kept integer;
begin
  perform enter_tenant(p_tenant);
  if not exists (select from tenants where id = p_tenant) then return 0; end if;
  insert into security_events (
    id, tenant_id, link_id, kind, scope, country, address_hash, session_id, count, created_at
  )
  select
    e.id, p_tenant, e.link_id, e.kind, e.scope, e.country, e.address_hash, e.session_id, e.count,
    least(e.at, clock_timestamp())
  from jsonb_to_recordset(p_events) as e (
    id uuid, link_id uuid, kind text, scope text, country text, address_hash text, session_id text, count integer,
    at timestamptz
  )
  where e.link_id is null
    or exists (select from temporary_chat_links l where l.id = e.link_id)
  on conflict (id) do nothing;
  get diagnostics v_kept = row_count;
  return v_kept;
end
$$;
