"""Reruns of the executive page over a socket, as a browser causes them: warm, and in scopes never seen.

Client: from the click's message to the script's end, at the socket. CPU: the whole process of the app.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from analytics.request import Request
from bench.report import Line
from data import demo
from data.places import DEMO, var
from data.store import open_store
from scripts.serving import Serving, serving

WARM_RUNS, COLD_RUNS = 80, 25
SETTLE_SECONDS = 8
WARM_MS, WARM_CPU_MS, COLD_MS = 60, 35, 600


@dataclass(frozen=True)
class Reruns:
    """What a row of reruns took: the client's milliseconds, and the app's CPU for each."""

    client_ms: list[float]
    cpu_ms: float

    def said(self) -> str:
        """The median, and the one in twenty."""
        p95 = statistics.quantiles(self.client_ms, n=20)[-1]
        return f"p50 {statistics.median(self.client_ms):.0f} ms, p95 {p95:.0f} ms, CPU {self.cpu_ms:.0f} ms"


def main() -> None:
    """Measure on the demo company."""
    with tempfile.TemporaryDirectory() as folder:
        put_demo(Path(folder))
        with serving(Path(folder)) as app:
            # The demo company first catches up with the clock.
            time.sleep(SETTLE_SECONDS)
            warm, cold = asyncio.run(measure(app))
    met = statistics.median(warm.client_ms) <= WARM_MS and warm.cpu_ms <= WARM_CPU_MS
    Line("page: warm rerun", warm.said(), budget=f"p50 ≤ {WARM_MS} ms, CPU ≤ {WARM_CPU_MS} ms", met=met).say()
    met = statistics.median(cold.client_ms) <= COLD_MS
    Line("page: rerun in a scope never seen", cold.said(), budget=f"p50 ≤ {COLD_MS} ms", met=met).say()


def put_demo(folder: Path) -> None:
    """A copy of the demo company, made if there is none."""
    if (var() / DEMO).exists():
        shutil.copy(var() / DEMO, folder)
        return
    store = open_store(folder / DEMO)
    demo.fill(store, datetime.now(UTC))
    store.close()


async def measure(app: Serving) -> tuple[Reruns, Reruns]:
    """Warm reruns of one view, then one run in each of many scopes."""
    host = app.url.removeprefix("http://")
    async with connect(
        f"ws://{host}/_stcore/stream", subprotocols=["streamlit"], origin=app.url, max_size=None
    ) as socket:
        # A fixed day: a relative window would move on, and be cold, at every tick.
        last = datetime.now(UTC).date() - timedelta(days=1)
        view = Request(window=f"{last}~{last}")
        for _ in range(5):
            await rerun(socket, view)
        warm = await timed(socket, app, [view] * WARM_RUNS)
        scopes = [
            Request(window=f"{last - timedelta(days=n + 6)}~{last - timedelta(days=n)}")
            for n in range(1, COLD_RUNS + 1)
        ]
        return warm, await timed(socket, app, scopes)


async def timed(socket: ClientConnection, app: Serving, views: list[Request]) -> Reruns:
    """One rerun for each view."""
    cpu = cpu_seconds(app.pid)
    taken = [await rerun(socket, view) for view in views]
    return Reruns(taken, (cpu_seconds(app.pid) - cpu) * 1000 / len(views))


async def rerun(socket: ClientConnection, view: Request) -> float:
    """Milliseconds until the script has ended."""
    wanted = BackMsg()
    wanted.rerun_script.query_string = f"scope={quote(view.text())}"
    begun = time.perf_counter()
    await socket.send(wanted.SerializeToString())
    while True:
        message = ForwardMsg()
        message.ParseFromString(await socket.recv(decode=False))
        if message.WhichOneof("type") == "script_finished":
            return (time.perf_counter() - begun) * 1000


def cpu_seconds(pid: int) -> float:
    """What a process has used so far, in user and system mode."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
