# What the scripts that serve something for a while share: each gets a folder of its own, and both go at the end.
# Sourced, not run: . "$(dirname "$0")/for_a_while.sh"

folder="" servers="" signal=TERM

take_away() {
  local server
  for server in $servers; do kill "-$signal" "$server" 2>/dev/null || true; done
  for server in $servers; do wait "$server" 2>/dev/null || true; done
  if [ -n "$folder" ]; then rm -rf "$folder"; fi
}

# own_folder NAME: sets `folder`
own_folder() {
  trap take_away EXIT
  folder="$(mktemp -d "${TMPDIR:-/tmp}/$1.XXXXXX")"
}

password() { head -c 18 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

# background PROGRAM ...: starts one more server, which says what it says into $folder/log
background() {
  "$@" >>"$folder/log" 2>&1 </dev/null &
  servers="$servers $!"
}

# serve URL IS_READY: prints the URL and the processes once `IS_READY` is true, and waits for the end of the input
serve() {
  local server
  for _ in $(seq 600); do
    if "$2" >/dev/null 2>&1; then
      echo "$1"
      echo "pid$servers"
      cat >/dev/null
      exit 0
    fi
    for server in $servers; do kill -0 "$server" 2>/dev/null || break 2; done
    sleep 0.1
  done
  cat "$folder/log" >&2
  exit 1
}

# as_root_debian: whether packages can be installed here without asking anybody
as_root_debian() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

# install_debian PACKAGE ...: packages and what they cannot do without
install_debian() {
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@"; } >&2
}
