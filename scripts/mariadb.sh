#!/usr/bin/env bash
# A MariaDB for a while, for tests and for trying things out.
#
#   scripts/mariadb.sh find        prints the path of its server, installing Debian's package as root
#   scripts/mariadb.sh run PORT    serves one with an empty database on 127.0.0.1 in a folder of its own, prints its
#                                  URL, and takes all of it away once its standard input ends
set -euo pipefail
. "$(dirname "$0")/for_a_while.sh"

# Debian keeps servers where only root's PATH leads.
PATH="$PATH:/usr/sbin:/usr/local/sbin:/opt/homebrew/opt/mariadb/bin"

find_server() {
  command -v mariadbd && command -v mariadb-install-db >/dev/null && command -v mariadb >/dev/null && return 0
  echo "No MariaDB found. Install one: apt install mariadb-server, brew install mariadb" >&2
  return 3
}

find_or_install() {
  find_server 2>/dev/null && return 0
  # These two are the programs alone: the package around them would make and start a server of its own at once.
  if as_root_debian; then
    echo "No MariaDB found: installing one for the tests …" >&2
    install_debian mariadb-server-core mariadb-client-core || true
  fi
  find_server
}

run() {
  local port="$1" server user own=()
  server="$(find_server)" || exit
  own_folder mariadb
  MYSQL_PWD="$(password)"
  export MYSQL_PWD
  # MariaDB refuses to run as root, so root lends it a user.
  if [ "$(id -u)" = 0 ]; then
    user=nobody
    if id mysql >/dev/null 2>&1; then user=mysql; fi
    own=("--user=$user")
    chown "$user" "$folder"
  fi
  cat >"$folder/first.sql" <<SQL
create database tests;
create user tester@'127.0.0.1' identified by '$MYSQL_PWD';
grant all on *.* to tester@'127.0.0.1';
SQL
  chmod 644 "$folder/first.sql"
  mariadb-install-db --no-defaults ${own[@]+"${own[@]}"} --datadir="$folder/data" --skip-test-db >"$folder/log" 2>&1 ||
    { cat "$folder/log" >&2; exit 1; }
  is_ready() { mariadb --no-defaults --host 127.0.0.1 --port "$port" --user tester --execute "select 1" tests; }
  # What is thrown away needs no care for power cuts.
  background "$server" --no-defaults ${own[@]+"${own[@]}"} --datadir="$folder/data" --port="$port" \
    --bind-address=127.0.0.1 --socket="$folder/socket" --pid-file="$folder/pid" --init-file="$folder/first.sql" \
    --skip-name-resolve --character-set-server=utf8mb4 --innodb-flush-log-at-trx-commit=0 --innodb-flush-method=nosync --skip-log-bin
  serve "mysql+pymysql://tester:$MYSQL_PWD@127.0.0.1:$port/tests" is_ready
}

case "${1:-}" in
  find) find_or_install ;;
  run) run "${2:?say the port}" ;;
  *)
    sed -n '2,6s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac
