#!/bin/sh
# Runs once, when the database server is new: one role and one database for each service.
# No role may connect to another service's database.
set -eu

for NAME in gateway sso disclosure services complaints credit_registry; do
  export NAME
  psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet -U "$POSTGRES_USER" -d postgres <<'SQL'
\set name `echo "$NAME"`
\set password `cat "/run/secrets/$NAME-password"`
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name" TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done
