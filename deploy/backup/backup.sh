#!/bin/sh
# Dumps the database while the product runs: DATABASE_ADMIN_URL=… deploy/backup/backup.sh <folder>
# The account must be a superuser or have BYPASSRLS: row level security binds the owner of the tables, too, and a dump without some rows would be
# no backup (pg_dump refuses to make one). Keep SECRET_KEY and the record of erasures elsewhere; NATS and Redis need no backup.
set -eu
folder=${1:?usage: backup.sh <folder>}
url=${DATABASE_ADMIN_URL:?DATABASE_ADMIN_URL is the address of the database}
umask 077
file=$folder/parley-$(date -u +%Y%m%dT%H%M%SZ).dump
trap 'rm -f "$file.part"' EXIT
pg_dump --no-password --format=custom --file="$file.part" --dbname="$url"
# What cannot be listed cannot be restored.
pg_restore --list "$file.part" >/dev/null
mv "$file.part" "$file"
echo "$file $(wc -c <"$file" | tr -d ' ') bytes"
