# What the scripts share: where the project is, the system packages, the virtual environment, the
# secrets and the translation catalogues. Sourced with `set -euo pipefail` in force.
# shellcheck shell=bash

UV_VERSION=0.13.8
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
cd "$ROOT"
# Some images forbid it; then each process of the system would compile every library anew.
unset PYTHONDONTWRITEBYTECODE

# One entry per need; names after "|" are the same library under another release's name.
RUNTIME_PACKAGES=(
  ffmpeg
  "libpango-1.0-0"        # WeasyPrint
  "libpangoft2-1.0-0"
  "libharfbuzz-subset0"
  fonts-noto-cjk
  fonts-noto-cjk-extra    # the Serif of certificates
)
TEST_PACKAGES=(
  "chromium-headless-shell|chromium"    # without a window, and with half the work
  postgresql
  "libzbar0|libzbar0t64"
  poppler-utils
)

say() { printf '%s\n' "$*"; }

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# --- Python -------------------------------------------------------------------------------------

# Prints the first Python that is new enough.
find_python() {
  local candidate
  for candidate in python3 python3.13 python3.12 python3.11 python3.14; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

# Debian ships Python without the part that makes virtual environments.
python_packages() {
  local python
  python="$(find_python)" || { say "python3 python3-venv"; return; }
  "$python" -c 'import ensurepip, venv' 2>/dev/null || say "python3-venv"
}

# --- System packages ----------------------------------------------------------------------------

is_installed() {
  [[ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" == installed* ]]
}

# Prints the needs, of those given, that no installed package meets. The first name that this
# release knows counts; a later one does not stand in for it.
missing_packages() {
  local need name
  for need in "$@"; do
    for name in ${need//|/ }; do
      is_installed "$name" && continue 2
      apt-cache show "$name" >/dev/null 2>&1 && break
    done
    say "$need"
  done
}

# Prints the name under which this release knows a need.
package_name() {
  local name
  for name in ${1//|/ }; do
    if apt-cache show "$name" >/dev/null 2>&1; then
      say "$name"
      return
    fi
  done
  say "${1%%|*}"
}

# Installs the given needs, or prints the one command that would and stops.
ensure_packages() {
  local missing names=() need as_root=()
  command -v dpkg-query >/dev/null || fail "This needs Debian or Ubuntu (dpkg and apt)."
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if [[ $EUID -ne 0 ]]; then
    as_root=(sudo -n)
    if ! sudo -n true 2>/dev/null; then
      for need in "${missing[@]}"; do names+=("$(package_name "$need")"); done
      fail "System packages are missing. Install them, then start this again:

    sudo apt-get update && sudo apt-get install --no-install-recommends -y ${names[*]}
"
    fi
  fi
  "${as_root[@]}" apt-get update -qq || fail "apt-get update failed; see its message above."
  for need in "${missing[@]}"; do names+=("$(package_name "$need")"); done
  say "Installing system packages: ${names[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends "${names[@]}" >/dev/null ||
    fail "apt-get could not install: ${names[*]}"
}

# --- Virtual environment ------------------------------------------------------------------------

ensure_venv() {
  local python
  # A folder that was moved or copied has an environment that points elsewhere.
  if [[ -x .venv/bin/python ]] &&
    .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null &&
    head -n 3 .venv/bin/pip 2>/dev/null | grep -qF "$ROOT/.venv/"; then
    return 0
  fi
  python="$(find_python)" || fail "Python 3.11 or newer is needed and was not found."
  say "Making the virtual environment .venv with $("$python" --version)"
  rm -rf .venv
  "$python" -m venv .venv
}

# uv installs in seconds what takes pip minutes; without it pip does the same work.
ensure_uv() {
  [[ -x .venv/bin/uv ]] || .venv/bin/python -m pip install --quiet "uv==$UV_VERSION" 2>/dev/null
}

install_lock() {
  if ensure_uv && VIRTUAL_ENV="$ROOT/.venv" .venv/bin/uv pip install --quiet --require-hashes -r "$1"; then
    return 0
  fi
  say "uv could not install the dependencies; trying pip."
  .venv/bin/python -m pip install --quiet --require-hashes -r "$1" ||
    fail "The dependencies of $1 could not be installed; see the message above."
}

lock_hash() { sha256sum <"$1" | cut -d ' ' -f 1; }

# ensure_dependencies LOCK: installs it when it changed since the last time.
ensure_dependencies() {
  local lock="$1" stamp
  stamp=".venv/.installed-$(basename "$lock" .lock)"
  [[ -f "$stamp" && "$(<"$stamp")" == "$(lock_hash "$lock")" ]] && return 0
  say "Installing Python packages from $lock"
  install_lock "$lock"
  lock_hash "$lock" >"$stamp"
}

# Messages are committed as .po; the program reads .mo.
ensure_catalogues() {
  local po
  for po in lms/translations/*/LC_MESSAGES/messages.po; do
    [[ -f "$po" && ! ( "${po%.po}.mo" -nt "$po" ) ]] || continue
    .venv/bin/pybabel --quiet compile --use-fuzzy --input-file "$po" --output-file "${po%.po}.mo" \
      --locale "$(basename "$(dirname "$(dirname "$po")")")"
  done
}

# bootstrap runtime|test|production: everything that has to be on the machine.
bootstrap() {
  local needs=("${RUNTIME_PACKAGES[@]}") python_needs
  [[ "$1" == test ]] && needs+=("${TEST_PACKAGES[@]}")
  read -r -a python_needs <<<"$(python_packages)"
  ensure_packages "${python_needs[@]}" "${needs[@]}"
  ensure_venv
  if [[ "$1" == runtime ]]; then
    ensure_dependencies script/requirements.lock
  else
    ensure_dependencies "script/requirements-$1.lock"
    # This lock contains the run-time lock, so that one is installed too.
    lock_hash script/requirements.lock >.venv/.installed-requirements
  fi
  ensure_catalogues
}

# --- Settings -----------------------------------------------------------------------------------

random_hex() { .venv/bin/python -c 'import secrets; print(secrets.token_hex(32))'; }

# Adds the secrets an installation needs to .env, readable by its owner alone.
ensure_secrets() {
  local name is_first=no
  [[ -e .env ]] || is_first=yes
  for name in LMS_SECRET_KEY LMS_IDENTITY_KEY; do
    [[ -n "${!name:-}" ]] && continue
    grep -q "^$name=" .env 2>/dev/null && continue
    (umask 077 && touch .env)
    chmod 600 .env
    # A last line without its end would swallow the secret.
    [[ -z "$(tail -c1 .env)" ]] || echo >>.env
    printf '%s=%s\n' "$name" "$(random_hex)" >>.env
    say "Wrote a new $name to .env"
  done
  # Whoever looks at the demonstration wants to see staff pages, not to set up a telephone first.
  if [[ $is_first == yes && -e .env && -z "${LMS_SECOND_FACTOR:-}" ]]; then
    printf '%s\n' \
      "# For the demonstration: staff get in by password alone. A real installation removes this line." \
      "LMS_SECOND_FACTOR=offered" >>.env
  fi
}
