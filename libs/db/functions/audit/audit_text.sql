-- The hashed text of an audit entry: all of it, in the canonical spelling of jsonb.
create or replace function audit_text(e audit_entries) returns text
language sql stable as $$
  select jsonb_build_object(
    'tenant_id', e.tenant_id,
    'seq', e.seq,
    'id', e.id,
    'at', to_char(e.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'actor', e.actor,
    'call', e.call,
    'request_id', e.request_id,
    'action', e.action,
    'target_type', e.target_type,
    'target_id', e.target_id,
    'details', e.details
  )::text
$$;
