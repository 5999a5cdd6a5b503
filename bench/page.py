"""Reruns of every board over a socket, as a browser causes them: warm, and in scopes never seen.

On the demo company, and on a generated store of every kind of data. Client: from the click's message to the
script's end, at the socket. CPU: the whole process of the app, its background jobs included.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analytics.request import Request
from bench.generated import DAYS, END, EVERYTHING, generated
from bench.report import Line
from bench.visitor import Spent, Visitor, cpu_of, put_demo, visiting
from data.places import OWN
from scripts.serving import Serving, serving
from ui.navigation import Screen, boards

WARM_RUNS, COLD_RUNS = 50, 10
SETTLE_SECONDS = 8
WARM_MS, WARM_CPU_MS, COLD_MS = 60, 35, 600


def main() -> None:
    """Measure on both."""
    with tempfile.TemporaryDirectory() as folder:
        put_demo(Path(folder))
        measured(Path(folder), datetime.now(UTC), "", budget=True)
        shutil.copy(generated(rates=EVERYTHING), Path(folder) / OWN)
        rows = DAYS * sum(EVERYTHING.values()) / 1e6
        measured(Path(folder), END, f", {rows:.0f} M rows", budget=False)


def measured(folder: Path, until: datetime, where: str, *, budget: bool) -> None:
    """Two lines a board."""
    with serving(folder) as app:
        # The demo company first catches up with the clock.
        time.sleep(SETTLE_SECONDS)
        for place, screen in enumerate(boards()):
            warm, cold = asyncio.run(reruns(app, screen, until, place))
            met = warm.p50 <= WARM_MS and warm.cpu_ms <= WARM_CPU_MS
            limit = f"p50 ≤ {WARM_MS} ms, CPU ≤ {WARM_CPU_MS} ms"
            Line(f"{screen.name}: warm rerun{where}", warm.said(), budget=limit, met=met).say()
            met = cold.p50 <= COLD_MS if budget else None
            limit = f"p50 ≤ {COLD_MS} ms" if budget else ""
            Line(f"{screen.name}: a scope never seen{where}", cold.said(), budget=limit, met=met).say()


async def reruns(app: Serving, screen: Screen, until: datetime, place: int) -> tuple[Spent, Spent]:
    """Warm reruns of one view of a board, then one in each of many scopes."""
    # Whole days, as a relative window would move on, and be cold, at every tick; boards share questions, so
    # each has windows of its own.
    last = until.date() - timedelta(days=1)
    view = Request(window=f"{last}~{last}")
    scopes = [
        Request(window=f"{first}T00:{place:02}~{first + timedelta(days=6)}T00:{place:02}")
        for first in (last - timedelta(days=7 + n) for n in range(COLD_RUNS))
    ]
    async with visiting(app) as visitor:
        for _ in range(5):
            await visitor.rerun(view, screen.name, screen.title)
        warm = await timed(visitor, app, screen, [view] * WARM_RUNS)
        return warm, await timed(visitor, app, screen, scopes)


async def timed(visitor: Visitor, app: Serving, screen: Screen, views: list[Request]) -> Spent:
    """One rerun for each view."""
    taken: list[float] = []
    with cpu_of(app, taken) as cpu:
        for view in views:
            taken.append(await visitor.rerun(view, screen.name, screen.title))  # noqa: PERF401  one after another
    return Spent(taken, cpu[0])


if __name__ == "__main__":
    main()
