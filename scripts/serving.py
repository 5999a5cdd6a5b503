"""Runs the app for a while on a free port over a folder of its own, for pictures, benchmarks and tests."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class NotStarted(RuntimeError):
    """The app ended before it answered; the text is its log."""


@dataclass(frozen=True)
class Serving:
    """A running app."""

    url: str
    pid: int
    var: Path


@contextmanager
def serving(folder: Path, app: str = "app:app") -> Iterator[Serving]:
    """The app as `uvicorn app:app` serves it; its log is app.log in the folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url, log = f"http://127.0.0.1:{port}", folder / "app.log"
    # Its own configuration too: what somebody's real sources are is no matter of a test.
    own = {"TENANTSCOPE_VAR": os.fspath(folder), "TENANTSCOPE_CONFIG": os.fspath(folder / "tenantscope.toml")}
    environment = {**os.environ, **own, "TENANTSCOPE_URL": url}
    command = [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--log-level", "warning"]
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            await_health(url, process, log)
            yield Serving(url, process.pid, folder)
        finally:
            process.terminate()
            process.wait(60)


def await_health(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the app answers."""
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=1).close()  # noqa: S310  (our own address)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise NotStarted(log.read_text(encoding="utf-8"))
