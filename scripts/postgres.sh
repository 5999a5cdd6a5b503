#!/usr/bin/env bash
# A PostgreSQL for a while, for tests and for trying things out.
#
#   scripts/postgres.sh find        prints the folder of its programs, installing Debian's package as root
#   scripts/postgres.sh run PORT    serves an empty one on 127.0.0.1 in a folder of its own, prints its URL,
#                                   and takes all of it away once its standard input ends
set -euo pipefail
. "$(dirname "$0")/for_a_while.sh"

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
  if as_root_debian; then
    echo "No PostgreSQL found: installing one for the tests …" >&2
    # Debian would make and start a server of its own at once; nobody asked for that.
    { install_debian postgresql-common &&
      sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf &&
      install_debian postgresql; } || true
  fi
  programs
}

run() {
  local port="$1" bin user secret as=()
  bin="$(programs)" || exit 3
  own_folder postgres
  # Sent at the end, this lets it hang up on whoever is still connected.
  signal=INT
  secret="$(password)"
  echo "$secret" >"$folder/password"
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
  is_ready() { "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"; }
  background ${as[@]+"${as[@]}"} "$bin/postgres" -D data -p "$port" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories= -c fsync=off -c full_page_writes=off
  serve "postgresql+psycopg://tester:$secret@127.0.0.1:$port/postgres" is_ready
}

case "${1:-}" in
  find) find_or_install ;;
  run) run "${2:?say the port}" ;;
  *)
    sed -n '2,7s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac
