# shellcheck shell=bash
# Run by the first start on an empty volume, and never again: a database and a role for the effects of the workers' activities.
# Temporal's own databases are made by its schema job. The role may do what it likes in its database and nothing elsewhere,
# and leaves Temporal its connections.
psql --set ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --dbname postgres --set "password=$LEDGER_PASSWORD" <<'SQL'
CREATE ROLE ledger LOGIN CONNECTION LIMIT 50 PASSWORD :'password';
CREATE DATABASE ledger OWNER ledger;
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
SQL
