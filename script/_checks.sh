# Format, lint, types and import order, run beside the tests: they keep one core busy for a minute,
# and the first minute of the tests leaves it idle. Sourced after _common.sh.
# shellcheck shell=bash

CHECKS_PID=""

check() {
  local name="$1"
  shift
  say "== $name"
  "$@" || say "$name" >>"$CHECKS/failed"
}

run_checks() {
  # The plugin waits for this file, and must not wait for ever.
  trap 'touch "$CHECKS/done"' EXIT
  check "format" .venv/bin/ruff format --check --quiet .
  check "lint" .venv/bin/ruff check --quiet .
  check "imports" .venv/bin/lint-imports --no-logo
  check "types" .venv/bin/mypy
  touch "$CHECKS/complete"
}

# Starts them in a process group of their own, and tells in CHECKS where they write what they find.
start_checks() {
  CHECKS="$(mktemp -d "${TMPDIR:-/tmp}/lms-checks.XXXXXX")"
  export CHECKS
  set -m
  run_checks >"$CHECKS/output" 2>&1 </dev/null &
  CHECKS_PID=$!
  set +m
}

# Whether every check has run and passed, if they were started; clears up after them.
end_checks() {
  local status=0
  [[ -n "$CHECKS_PID" ]] || return 0
  kill -TERM -- "-$CHECKS_PID" 2>/dev/null || true
  wait "$CHECKS_PID" 2>/dev/null || true
  CHECKS_PID=""
  [[ -e "$CHECKS/complete" && ! -s "$CHECKS/failed" ]] || status=1
  rm -rf "$CHECKS"
  return "$status"
}
