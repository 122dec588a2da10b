#!/bin/bash
# Run once by the postgres image on an empty volume: a role and a database of its own for each service.
set -euo pipefail

make_database() {
  psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set name="hallway_$1" --set password="$2" <<'SQL'
create role :"name" login password :'password';
create database :"name" owner :"name";
revoke all on database :"name" from public;
SQL
}

make_database attendee "$ATTENDEE_DATABASE_PASSWORD"
make_database matchmaking "$MATCHMAKING_DATABASE_PASSWORD"
make_database scheduling "$SCHEDULING_DATABASE_PASSWORD"
make_database portal "$PORTAL_DATABASE_PASSWORD"
