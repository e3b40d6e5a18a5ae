#!/usr/bin/env bash
# Run once by the postgres container on an empty volume, or by hand as a superuser on a server of your own: the three
# roles, the database, and the extensions that it needs.
set -euo pipefail
psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" \
  -v owner="$HARBOUR_OWNER_PASSWORD" -v maintenance="$HARBOUR_MAINTENANCE_PASSWORD" -v app="$HARBOUR_APP_PASSWORD" <<'SQL'
CREATE ROLE harbour_owner LOGIN NOBYPASSRLS PASSWORD :'owner';
CREATE ROLE harbour_maintenance LOGIN BYPASSRLS IN ROLE pg_read_all_data, pg_write_all_data PASSWORD :'maintenance';
CREATE ROLE harbour_app LOGIN NOBYPASSRLS PASSWORD :'app';
CREATE DATABASE harbour OWNER harbour_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE harbour FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE harbour TO harbour_maintenance, harbour_app;
\connect harbour
CREATE EXTENSION btree_gist;
CREATE EXTENSION citext;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION unaccent;
CREATE EXTENSION intarray;
SQL
