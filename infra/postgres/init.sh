#!/bin/bash
# Run once by the postgres image on an empty volume: for each service a database, and a role that reaches nothing else.
set -euo pipefail

run() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" "$@"; }

make_database() {
  url=$(<"${SECRETS:-/run/secrets}/$1_database_url")  # postgresql://hallway_...:password@...
  password=${url#*://*:}
  # By the environment: everybody on a machine sees a program's arguments.
  password=${password%%@*} run --dbname postgres --set name="hallway_$1" <<'SQL'
\getenv password password
create role :"name" login password :'password';
create database :"name";
revoke all on database :"name" from public;
grant connect, create, temporary on database :"name" to :"name";
SQL
  run --dbname "hallway_$1" --command "grant all on schema public to hallway_$1"
}

run --dbname postgres --command "revoke all on database postgres, template1 from public"
make_database attendee
make_database matchmaking
make_database scheduling
make_database portal
