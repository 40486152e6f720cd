-- Sign-in by an identity provider: the account there that a user is bound to since the first time, as a keyed hash.
alter table users add column oidc_subject text;
create unique index users_oidc on users (tenant_id, oidc_subject);
create index users_email on users (email);
