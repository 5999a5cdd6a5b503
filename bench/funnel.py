"""Funnels over 20 million events of 90 days beside ClickHouse's `windowFunnel`, which must count the same."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from analytics import funnel_kernel
from analytics.funnel import FunnelSpec, Step, funnel, funnel_people
from analytics.scope import Scope
from bench.clickhouse import ClickHouse
from bench.generated import END, clock, generated, opened, resorted
from bench.report import Line, median_ms
from data.duck import DuckStore
from data.store import Store

DAYS, BIG_DAYS = 90, 450
EVENTS = {"events": 222_223}
TENANT = "tenant_012"
WINDOW = timedelta(days=14)
FIVE = tuple(range(8, 13))
STEPS = {5: FIVE, 10: tuple(range(8, 18)), 20: tuple(range(8, 28))}
# Of ClickHouse's time, by steps.
MOST = {5: 0.8, 10: 1.0, 20: 1.0}
WITH_PEOPLE, MOST_ONE_MS, MOST_GB = 1.0, 40, 2.0
# What the engine keeps of the file is for the next question: here it may keep little.
KEPT_GB = 0.5


def spec(events: tuple[int, ...]) -> FunnelSpec:
    """A funnel of these events."""
    return FunnelSpec(tuple(Step(f"event_{number:02d}") for number in events), window=WINDOW)


def window_funnel(events: tuple[int, ...], *, tenant: str = "", days: int = DAYS) -> str:
    """The same as ClickHouse counts it: how many people end at each level."""
    names = [f"'event_{number:02d}'" for number in events]
    conditions = ", ".join(f"event_type = {name}" for name in names)
    micros = WINDOW // timedelta(microseconds=1)
    inside = f"and tenant_id = '{tenant}'" if tenant else ""
    return f"""select level, count() as people from (
        select windowFunnel({micros})(toUInt64(toUnixTimestamp64Micro(occurred_at)), {conditions}) as level
        from events where event_type in ({", ".join(names)}) {inside}
        and occurred_at >= toDateTime64('{END - timedelta(days=days):%F %T}', 6, 'UTC')
        group by tenant_id, if(user_id <> '', user_id, anonymous_id)
    ) group by level order by level"""


def main() -> None:
    """Compare, and say how much memory it took."""
    funnel_kernel.warm()
    file = generated(DAYS, EVENTS)
    # It is filled from the file, which nothing else may have open then.
    other = ClickHouse(file)
    store = opened(file)
    scope = Scope(END - timedelta(days=DAYS), END)
    for steps, events in STEPS.items():
        compare(store, other, scope, events, steps)
    of_one_tenant(store, file, other)
    other.close()
    store.close()
    memory("20 M", file, DAYS)
    if os.environ.get("BIG") == "1":
        memory("100 M", generated(BIG_DAYS, EVENTS), BIG_DAYS)


def of_one_tenant(store: Store, file: Path, other: ClickHouse) -> None:
    """One tenant's funnel on rows as they arrived, and on weeks in order, which the budget is of."""
    alone = Scope(END - timedelta(days=DAYS), END, tenants=frozenset({TENANT}))
    in_order = opened(resorted(file))
    # A re-sort changes nothing but the time, and the order in which means are summed.
    asked = spec(FIVE)
    pd.testing.assert_frame_equal(funnel(store, alone, asked), funnel(in_order, alone, asked), rtol=1e-9)
    taken = median_ms(
        {
            "arrived": lambda: funnel(store, alone, spec(FIVE)),
            "ours": lambda: funnel(in_order, alone, spec(FIVE)),
            "theirs": lambda: other.ask(window_funnel(FIVE, tenant=TENANT)),
        }
    )
    in_order.close()
    what, met = "one tenant's funnel of 5 steps", taken["ours"] <= MOST_ONE_MS
    told(f"{what}, weeks in order", taken, f"≤ {MOST_ONE_MS} ms", met)
    Line(f"{what}, rows as they arrived", f"{taken['arrived']:.0f} ms").say()


def compare(store: Store, other: ClickHouse, scope: Scope, events: tuple[int, ...], steps: int) -> None:
    """One funnel in both, in turns; its people too where it is the one that the budget is of."""
    asked = spec(events)
    runs: dict[str, Callable[[], object]] = {
        "ours": lambda: funnel(store, scope, asked),
        "theirs": lambda: other.ask(window_funnel(events)),
    }
    if steps == len(FIVE):
        runs["people"] = lambda: funnel_people(store, scope, asked, step=steps)
    levels = other.ask(window_funnel(events)).set_index("level")["people"]
    expected = [int(levels[levels.index >= step].sum()) for step in range(1, steps + 1)]
    assert funnel(store, scope, asked)["count"].tolist() == expected, "the two count differently"
    taken = median_ms(runs, repeat=3)
    met = taken["ours"] <= MOST[steps] * taken["theirs"]
    told(
        f"funnel of {steps} steps with the times between them",
        taken,
        f"≤ {MOST[steps]} x ClickHouse's counts",
        met,
    )
    if "people" in taken:
        people = {**taken, "ours": taken["people"]}
        met = people["ours"] <= WITH_PEOPLE * taken["theirs"]
        told(
            f"people of a funnel of {steps} steps",
            {**taken, "ours": taken["people"]},
            f"≤ {WITH_PEOPLE} x",
            met,
        )


def told(what: str, taken: dict[str, float], budget: str, met: bool) -> None:  # noqa: FBT001
    """Say one measurement."""
    ratio = taken["ours"] / taken["theirs"]
    Line(what, f"{taken['ours']:.0f} ms", f"{taken['theirs']:.0f} ms", ratio, budget, met=met).say()


def memory(rows: str, file: Path, days: int) -> None:
    """Say how much memory a process of its own has at most that asks one funnel, and one for its people."""
    for what, asked in (("a funnel", funnel), ("a funnel's people", partial(funnel_people, step=len(FIVE)))):
        with ProcessPoolExecutor(1, get_context("spawn")) as alone:
            gigabytes = alone.submit(peak_gb, file, days, asked).result()
        met = gigabytes <= MOST_GB
        Line(
            f"memory of {what} over {rows} rows, of which the engine keeps {KEPT_GB:g} GB of the file",
            f"{gigabytes:.2f} GB",
            budget=f"≤ {MOST_GB} GB",
            met=met,
        ).say()


def peak_gb(file: Path, days: int, asked: Callable[..., object]) -> float:
    """The most memory that this process has had after a question, in GB."""
    store = DuckStore(file, clock=clock, memory_limit=round(KEPT_GB * 1e9), threads=None)
    asked(store, Scope(END - timedelta(days=days), END), spec(FIVE))
    # What `getrusage` says begins with the peak of the process that started this one.
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(peak) * 1024 / 1e9


if __name__ == "__main__":
    main()
