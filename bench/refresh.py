"""What a board that refreshes itself costs: each refresh of each viewer, as open tabs cause them."""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from analytics.request import Request
from bench.report import Line
from bench.visitor import PATIENCE_SECONDS, Spent, Visitor, cpu_seconds, put_demo, visiting
from scripts.serving import Serving, serving
from ui.navigation import boards

BOARD = "mission-control"
VIEWERS, TICKS = 4, 4
TICK_SECONDS, BUSY_SECONDS = 10, 6
SETTLE_SECONDS = 8
CPU_MS = 20


def main() -> None:
    """Some viewers of one board, through some of its ticks."""
    with tempfile.TemporaryDirectory() as folder:
        put_demo(Path(folder))
        with serving(Path(folder)) as app:
            time.sleep(SETTLE_SECONDS)
            first, others = asyncio.run(watched(app))
    limit = f"CPU ≤ {CPU_MS} ms"
    Line(f"{BOARD}: a refresh", others.said(), budget=limit, met=others.cpu_ms <= CPU_MS).say()
    Line(f"{BOARD}: the first refresh of ten seconds, which asks for all viewers", first.said()).say()


async def watched(app: Serving) -> tuple[Spent, Spent]:
    """The first refresh after the window moved on, and those of other viewers in the same ten seconds."""
    screen = next(each for each in boards() if each.name == BOARD)
    first: list[float] = []
    others: list[float] = []
    asked_ms = drawn_ms = 0.0
    async with AsyncExitStack() as tabs:
        viewers = [await tabs.enter_async_context(visiting(app)) for _ in range(VIEWERS)]
        for viewer in viewers:
            await viewer.rerun(Request(), screen.name, screen.title)
        fragments = [await refreshing(viewer, screen.name, screen.title) for viewer in viewers]
        for _ in range(TICKS):
            await asyncio.sleep(TICK_SECONDS - time.time() % TICK_SECONDS + 0.2)
            begun, before = time.monotonic(), cpu_seconds(app.pid)
            first.append(await refresh(viewers[0], screen.name, fragments[0]))
            asked_ms += (cpu_seconds(app.pid) - before) * 1000
            before = cpu_seconds(app.pid)
            while time.monotonic() - begun < BUSY_SECONDS:
                place = len(others) % VIEWERS
                others.append(await refresh(viewers[place], screen.name, fragments[place]))
            drawn_ms += (cpu_seconds(app.pid) - before) * 1000
    return Spent(first, asked_ms / len(first)), Spent(others, drawn_ms / len(others))


async def refreshing(viewer: Visitor, board: str, title: str) -> str:
    """The fragment of the page that a browser is told to run every so often."""
    fragment = ""
    wanted = asked(viewer, board)
    await viewer.socket.send(wanted.SerializeToString())
    while True:
        message = await received(viewer)
        # The first is what changes most often.
        if message.WhichOneof("type") == "auto_rerun" and not fragment:
            fragment = message.auto_rerun.fragment_id
        if message.WhichOneof("type") == "script_finished":
            if not fragment:
                raise RuntimeError(f"{title} does not refresh itself")
            return fragment


async def refresh(viewer: Visitor, board: str, fragment: str) -> float:
    """Milliseconds of one refresh."""
    wanted = asked(viewer, board)
    wanted.rerun_script.fragment_id = fragment
    wanted.rerun_script.is_auto_rerun = True
    begun = time.perf_counter()
    await viewer.socket.send(wanted.SerializeToString())
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await received(viewer)).WhichOneof("type") != "script_finished":
            pass
    return (time.perf_counter() - begun) * 1000


def asked(viewer: Visitor, board: str) -> BackMsg:
    """A rerun of this page, as the browser asks for one."""
    wanted = BackMsg()
    wanted.rerun_script.page_name = board
    wanted.rerun_script.cached_message_hashes.extend(viewer.known)
    return wanted


async def received(viewer: Visitor) -> ForwardMsg:
    """The next message, remembered where a browser would."""
    message = ForwardMsg()
    message.ParseFromString(await viewer.socket.recv(decode=False))
    viewer.known |= {message.hash} if message.metadata.cacheable else set()
    return message


if __name__ == "__main__":
    main()
