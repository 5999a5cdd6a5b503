"""Serves the app on loopback, makes the demo company on the first start, and says where to look."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from ipaddress import ip_address
from pathlib import Path

import uvicorn

from data.places import DEMO, metadata_url, var
from data.store import StoreError
from service.metadata import checked

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Make what is missing, then serve until Ctrl-C."""
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8501"))
    if problem := refusal(host, port, is_open=os.environ.get("TENANTSCOPE_OPEN") == "1"):
        raise SystemExit(problem)
    try:
        checked(metadata_url(var()))
    except StoreError as error:
        raise SystemExit(str(error)) from None
    demo = var() / DEMO
    if not demo.exists():
        make_demo(demo)
    url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104  (an address to show, not to bind)
    # Where commands of this machine find the app, whatever address it is shown under.
    os.environ.setdefault("TENANTSCOPE_URL", url)
    print(f"Tenantscope starts on {url} (Ctrl-C stops it)", flush=True)
    threading.Thread(target=announce, args=(url,), daemon=True).start()
    uvicorn.run("app:app", app_dir=str(ROOT), host=host, port=port, log_level="warning", ws_max_size=64 << 20)


def make_demo(path: Path) -> None:
    """Make the demo company beside its place and move it there whole, so that no start finds half of it."""
    print("Making the demo company (once, under a minute) …", flush=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    subprocess.run([sys.executable, "-m", "data.demo", str(draft)], cwd=ROOT, check=True)
    draft.rename(path)


def refusal(host: str, port: int, *, is_open: bool) -> str:
    """Why the app will not serve there, with the next step to take; '' where it will."""
    if not (is_open or host == "localhost" or ip_address(host).is_loopback):
        return (
            f"Not serving on {host}: there is no sign-in, so whoever reaches it would see every tenant.\n"
            "Serve on 127.0.0.1, or set TENANTSCOPE_OPEN=1 if something in front decides who may come in."
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return (
                f"Port {port} of {host} is not free ({error.strerror}). Another one: make run PORT={port + 1}"
            )
    return ""


def announce(url: str) -> None:
    """Print one line when the app answers."""
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=1).close()  # noqa: S310  (our own address)
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            print(f"Ready: {url}", flush=True)
            return


if __name__ == "__main__":
    main()
