#!/usr/bin/env bash
# A Prometheus for a while, which scrapes itself and a node exporter beside it, for tests and for trying things out.
#
#   scripts/prometheus.sh find                 prints the folder of both programs, fetching Debian's packages
#   scripts/prometheus.sh run PORT EXPORTER    serves both on 127.0.0.1, prints Prometheus' URL once it has scraped
#                                              both, and takes all of it away once its standard input ends
set -euo pipefail
. "$(dirname "$0")/for_a_while.sh"

unpacked="$(cd "$(dirname "$0")/.." && pwd)/.venv/services/prometheus"

programs() {
  local folder
  for folder in "$(dirname "$(command -v prometheus || true)")" "$unpacked/usr/bin"; do
    if [ -x "$folder/prometheus" ] && [ -x "$folder/prometheus-node-exporter" ]; then echo "$folder" && return 0; fi
  done
  echo "No Prometheus with its node exporter found. Install both: apt install prometheus prometheus-node-exporter" >&2
  return 3
}

find_or_fetch() {
  programs 2>/dev/null && return 0
  # Unpacked, not installed: the packages would start services of their own at once, and nobody asked for that.
  if as_root_debian; then
    echo "No Prometheus found: fetching one for the tests …" >&2
    mkdir -p "$unpacked"
    (
      cd "$unpacked"
      apt-get update -qq && apt-get download -qq -o APT::Sandbox::User=root prometheus prometheus-node-exporter &&
        for package in ./*.deb; do dpkg -x "$package" .; done
      rm -f ./*.deb
    ) >&2 || true
  fi
  programs
}

run() {
  local port="$1" exporter="$2" bin
  bin="$(programs)" || exit
  own_folder prometheus
  cat >"$folder/prometheus.yml" <<YAML
global: {scrape_interval: 1s}
scrape_configs:
  - {job_name: prometheus, static_configs: [{targets: ["127.0.0.1:$port"]}]}
  - {job_name: node, static_configs: [{targets: ["127.0.0.1:$exporter"]}]}
YAML
  is_ready() { curl -sf "http://127.0.0.1:$port/api/v1/query?query=sum(up)" | grep -q '"2"'; }
  background "$bin/prometheus-node-exporter" --web.listen-address="127.0.0.1:$exporter"
  background "$bin/prometheus" --config.file="$folder/prometheus.yml" --storage.tsdb.path="$folder/data" \
    --web.listen-address="127.0.0.1:$port"
  serve "http://127.0.0.1:$port" is_ready
}

case "${1:-}" in
  find) find_or_fetch ;;
  run) run "${2:?say the port}" "${3:?say the port of the exporter}" ;;
  *)
    sed -n '2,6s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac
