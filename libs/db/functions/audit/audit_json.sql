-- An audit entry as admins and receivers of webhooks see it.
create or replace function audit_json(e audit_entries) returns jsonb
language sql stable as $$
  select jsonb_build_object(
    'seq', e.seq,
    'id', e.id,
    'at', iso(e.at),
    'actor', e.actor,
    'action', e.action,
    'target_type', e.target_type,
    'target_id', e.target_id,
    'request_id', e.request_id,
    'details', e.details,
    'hash', encode(e.hash, 'hex')
  )
$$;
