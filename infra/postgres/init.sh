#!/bin/bash
# Run once by the postgres image on an empty volume: for each service a database, and a role that reaches nothing else.
set -euo pipefail

run() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" "$@"; }

make_database() {
  # By the environment: everybody on a machine sees a program's arguments.
  password=$2 run --dbname postgres --set name="hallway_$1" <<'SQL'
\getenv password password
create role :"name" login password :'password';
create database :"name";
revoke all on database :"name" from public;
grant connect, create, temporary on database :"name" to :"name";
SQL
  run --dbname "hallway_$1" --command "grant all on schema public to hallway_$1"
}

run --dbname postgres --command "revoke all on database postgres, template1 from public"
make_database attendee "$ATTENDEE_DATABASE_PASSWORD"
make_database matchmaking "$MATCHMAKING_DATABASE_PASSWORD"
make_database scheduling "$SCHEDULING_DATABASE_PASSWORD"
make_database portal "$PORTAL_DATABASE_PASSWORD"
