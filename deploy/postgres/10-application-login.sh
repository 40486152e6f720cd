#!/bin/sh
# Runs once, when the container makes its database. The services log in with an account that may become parley_app and nothing else;
# only the migration job knows the owner's password. See docs/adr/0010-one-database-address.md.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set password="$PARLEY_DB_PASSWORD" <<'SQL'
create role parley_app nologin;
create role parley_login login noinherit password :'password' in role parley_app;
SQL
