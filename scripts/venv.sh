#!/usr/bin/env bash
# Makes .venv with the newest Python that fits, and installs the pinned versions of one requirements file.
set -euo pipefail
cd "$(dirname "$0")/.."

# A name on the PATH can be a shim without a Python behind it, and Debian's can lack venv: ask each to prove itself.
fits() {
  "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' >/dev/null 2>&1
}

if ! .venv/bin/python -c '' >/dev/null 2>&1; then
  found=""
  for candidate in python3.13 python3.12 python3.11 python3 python; do
    if fits "$candidate"; then found="$candidate" && break; fi
  done
  if [ -z "$found" ]; then
    echo "Tenantscope needs Python 3.11 to 3.14 with its venv module." >&2
    echo "On Debian or Ubuntu: apt install python3 python3-venv. On macOS: brew install python@3.13." >&2
    exit 1
  fi
  echo "Making .venv with $("$found" --version) …"
  rm -rf .venv
  "$found" -m venv .venv
fi

echo "Installing the pinned versions of $1 (once, about a minute) …"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement "$1"
