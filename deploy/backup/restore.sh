#!/bin/sh
# Restores a dump into an empty database: DATABASE_ADMIN_URL=… deploy/backup/restore.sh <dump>
# As the owner of the schema with the name that it had, superuser or allowed to create roles. All or nothing.
set -eu
dump=${1:?usage: restore.sh <dump>}
url=${DATABASE_ADMIN_URL:?DATABASE_ADMIN_URL is the address of the empty database}
ask() { psql --no-psqlrc --no-password --set=ON_ERROR_STOP=1 --quiet --tuples-only --no-align --dbname="$url" --command="$1"; }
if [ "$(ask "select count(*) from pg_class where relnamespace = 'public'::regnamespace")" != 0 ]; then
  echo "this database is not empty: nothing was done" >&2
  exit 1
fi
# Accounts belong to the server, not to the database; the login of the services is made by whoever runs it.
for role in parley_app parley_jobs; do
  ask "do \$\$ begin create role $role nologin; exception when duplicate_object then null; end \$\$; grant $role to current_user"
done
pg_restore --no-password --exit-on-error --single-transaction --dbname="$url" "$dump"
# Statements planned without statistics take bad ways.
ask "analyze"
ask "select 'restored: ' || (select count(*) from text_conversations) || ' sessions, ' || (select count(*) from session_turns) || ' turns, ' || (select pending_turns from backlog()) || ' of them wait'"
