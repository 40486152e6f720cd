-- The codes created for an address in the last day, on all links of all tenants: when, and what became of their tries.
create or replace function address_codes(p_mail text)
returns table (
  request_hash text,
  created_at timestamptz,
  expires_at timestamptz,
  wrong integer,
  is_open boolean
)
language sql stable security definer set search_path = public, pg_temp as $$
  select request_hash, created_at, expires_at, tries - (used_at is not null)::integer, used_at is null and tries < 5
  from link_verifications
  where mail_hash = p_mail and created_at > clock_timestamp() - interval '1 day'
$$;

select run_across_tenants('address_codes');
