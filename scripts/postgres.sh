#!/usr/bin/env bash
# A PostgreSQL for a while, for tests and for trying things out.
#
#   scripts/postgres.sh find        prints the folder of its programs, installing Debian's package as root
#   scripts/postgres.sh run PORT    serves an empty one on 127.0.0.1 in a folder of its own, prints its URL,
#                                   and takes all of it away once its standard input ends
set -euo pipefail

programs() {
  local folder
  for folder in "${POSTGRES_BIN:-}" "$(pg_config --bindir 2>/dev/null || true)" \
    $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) \
    "$(dirname "$(command -v initdb || true)")" /opt/homebrew/opt/postgresql*/bin; do
    if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then echo "$folder" && return 0; fi
  done
  echo "No PostgreSQL found. Install one (apt install postgresql, brew install postgresql), or name the folder" >&2
  echo "of its programs: POSTGRES_BIN=/path/to/bin make test" >&2
  return 1
}

find_or_install() {
  programs 2>/dev/null && return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "No PostgreSQL found: installing one for the tests …" >&2
    export DEBIAN_FRONTEND=noninteractive
    # Debian would make and start a server of its own at once; nobody asked for that.
    { apt-get update -qq && apt-get install -qq -y --no-install-recommends postgresql-common &&
      sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf &&
      apt-get install -qq -y --no-install-recommends postgresql; } >&2 || true
  fi
  programs
}

folder="" server=""
take_away() {
  if [ -n "$server" ]; then
    kill -INT "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  if [ -n "$folder" ]; then rm -rf "$folder"; fi
}

run() {
  local port="$1" bin user password as=()
  bin="$(programs)" || exit 3
  trap take_away EXIT
  folder="$(mktemp -d "${TMPDIR:-/tmp}/postgres.XXXXXX")"
  password="$(head -c 18 /dev/urandom | od -An -tx1 | tr -d ' \n')"
  echo "$password" >"$folder/password"
  # PostgreSQL refuses to run as root, so root lends it a user.
  if [ "$(id -u)" = 0 ]; then
    user=nobody
    if id postgres >/dev/null 2>&1; then user=postgres; fi
    as=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups)
    chown -R "$user" "$folder"
  fi
  cd "$folder"
  # What is thrown away needs no care for power cuts. (An empty list is an error to older shells.)
  ${as[@]+"${as[@]}"} "$bin/initdb" --pgdata data --username tester --pwfile password --auth scram-sha-256 \
    --encoding UTF8 --locale C --no-sync >log 2>&1 || { cat log >&2; exit 1; }
  ${as[@]+"${as[@]}"} "$bin/postgres" -D data -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c fsync=off -c full_page_writes=off >log 2>&1 </dev/null &
  server=$!
  for _ in $(seq 300); do
    if "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"; then
      echo "postgresql+psycopg://tester:$password@127.0.0.1:$port/postgres"
      cat >/dev/null
      exit 0
    fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  cat log >&2
  exit 1
}

case "${1:-}" in
  find) find_or_install ;;
  run) run "${2:?say the port}" ;;
  *)
    sed -n '2,7s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac
