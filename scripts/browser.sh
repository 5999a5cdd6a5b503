#!/usr/bin/env bash
# Prints the path of a Chromium: the one named by CHROMIUM, an installed one, else one that it installs.
set -euo pipefail
cd "$(dirname "$0")/.."

installed() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable chrome \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
    "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
    if [ -n "$name" ] && command -v "$name"; then return 0; fi
  done
  return 1
}

of_playwright() {
  .venv/bin/python - <<'PYTHON'
from pathlib import Path
from playwright.sync_api import sync_playwright

with sync_playwright() as browsers:
    path = browsers.chromium.executable_path
if not Path(path).exists():
    raise SystemExit(1)
print(path)
PYTHON
}

installed && exit 0
of_playwright 2>/dev/null && exit 0

echo "No Chromium found: installing one for the browser tests …" >&2
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium fonts-liberation; } >&2 || true
  installed && exit 0
fi
.venv/bin/python -m playwright install chromium >&2 || true
of_playwright && exit 0

echo "Could not install Chromium. Install one and name it: CHROMIUM=/path/to/chromium make test" >&2
echo "The checks that need no browser: make check" >&2
exit 1
