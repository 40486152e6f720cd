-- The hash of an audit entry over that of the entry before it.
create or replace function audit_hash(p_previous bytea, e audit_entries) returns bytea
language sql stable as $$
  select sha256(p_previous || convert_to(audit_text(e), 'UTF8'))
$$;
