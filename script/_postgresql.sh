# A throw-away PostgreSQL cluster for the tests. Sourced after _common.sh.
# shellcheck shell=bash

PG_DIR=""
PG_PORT=""

# initdb and postgres refuse to run as root.
as_postgres() {
  if [[ $EUID -eq 0 ]]; then
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

postgresql_bin() {
  local found
  found="$(find /usr/lib/postgresql -mindepth 3 -maxdepth 3 -path '*/bin/initdb' | sort -V | tail -n 1)"
  [[ -n "$found" ]] || fail "PostgreSQL is installed, but initdb was not found in /usr/lib/postgresql."
  dirname "$found"
}

free_port() {
  .venv/bin/python -c 'import socket
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    print(probe.getsockname()[1])'
}

# Starts the cluster and tells the tests in TEST_POSTGRESQL_URL which database to make there.
start_postgresql() {
  local bin password
  bin="$(postgresql_bin)"
  PG_DIR="$(mktemp -d "${TMPDIR:-/tmp}/lms-pg.XXXXXX")"
  PG_PORT="$(free_port)"
  password="$(random_hex)"
  printf '%s\n' "$password" >"$PG_DIR/password"
  [[ $EUID -ne 0 ]] || chown -R postgres "$PG_DIR"
  as_postgres "$bin/initdb" --pgdata "$PG_DIR/data" --username postgres --pwfile "$PG_DIR/password" \
    --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8 --no-sync >"$PG_DIR.log" 2>&1 ||
    fail "initdb failed: $(<"$PG_DIR.log")"
  # The data are thrown away, so nothing is worth waiting for the disk.
  as_postgres "$bin/pg_ctl" start --silent --wait --pgdata "$PG_DIR/data" --log "$PG_DIR/log" \
    --options "-p $PG_PORT -h 127.0.0.1 -k $PG_DIR -F -c synchronous_commit=off -c full_page_writes=off" ||
    fail "PostgreSQL did not start: $(<"$PG_DIR/log")"
  export TEST_POSTGRESQL_URL="postgresql+psycopg://postgres:$password@127.0.0.1:$PG_PORT/lms_test"
}

stop_postgresql() {
  [[ -n "$PG_DIR" ]] || return 0
  if [[ -f "$PG_DIR/data/postmaster.pid" ]]; then
    as_postgres "$(postgresql_bin)/pg_ctl" stop --silent --mode immediate --pgdata "$PG_DIR/data" || true
  fi
  rm -rf "$PG_DIR" "$PG_DIR.log"
  PG_DIR=""
}
