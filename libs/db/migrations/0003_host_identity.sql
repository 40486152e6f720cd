-- How a link knows whom the embedding site vouches for: by a secret the two share, or by public keys of the site.
create table link_identities (
  link_id uuid primary key references temporary_chat_links on delete cascade,
  tenant_id uuid not null references tenants,
  -- Sealed with the installation's master key (AES-GCM, bound to the row).
  secret_sealed text,
  secret_created_at timestamptz,
  previous_secret_sealed text,
  previous_valid_until timestamptz,
  jwks_url text,
  public_key text
);
select protect_by_tenant('link_identities');
