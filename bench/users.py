"""Sixty people who click every five seconds: some clicks in scopes never seen, then all in scopes seen.

The first phase fills the caches to their bounds, the second finds them full. The rows stand still meanwhile,
and no tick falls into the second phase: what a relative window or a new row makes cold, the first measures.
Client: from a click's message to the script's end, at the socket. CPU: the whole process of the app for each
click. The sixty share the machine with the app, in a process of their own.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count, cycle, product
from pathlib import Path

from analytics.request import Request
from bench.page import SETTLE_SECONDS
from bench.report import Line
from bench.visitor import Spent, Visitor, WrongPage, cpu_of, put_demo, resident_mb, visiting
from data.places import DEMO, OWN
from scripts.serving import Serving, serving
from ui.navigation import boards

PEOPLE, THINK_SECONDS = 60, 5.0
PHASE_SECONDS = 45
KNOWN_VIEWS, UNSEEN_SHARE = 8, 0.3
WARM_P95_MS = 200
# A window of more than a day moves on by this much.
TICK_SECONDS = 300


@dataclass(frozen=True)
class Person:
    """Somebody with an open tab, who chooses by dice of their own."""

    tab: Visitor
    dice: random.Random


@dataclass(frozen=True)
class Views:
    """What the sixty look at: a few scopes again and again, and others once."""

    last: date
    fresh: Iterator[int] = field(default_factory=count)

    def known(self) -> list[Request]:
        """Some whole weeks."""
        return [self.week(n, 0) for n in range(KNOWN_VIEWS)]

    def unseen(self) -> Request:
        """A week that begins in a minute in which no other begins."""
        days, minute = divmod(next(self.fresh), 1439)
        return self.week(days % 80, minute + 1)

    def week(self, ago: int, minute: int) -> Request:
        """Seven days from that minute on."""
        clock = f"T{minute // 60:02}:{minute % 60:02}"
        first = self.last - timedelta(days=7 + ago)
        return Request(window=f"{first}{clock}~{first + timedelta(days=7)}{clock}")


def main() -> None:
    """Measure on the demo company's rows."""
    with tempfile.TemporaryDirectory() as folder:
        put_demo(Path(folder))
        # As rows of one's own they do not grow by themselves.
        shutil.copy(Path(folder) / DEMO, Path(folder) / OWN)
        with serving(Path(folder)) as app:
            time.sleep(SETTLE_SECONDS)
            asyncio.run(sixty(app))


async def sixty(app: Serving) -> None:
    """Both phases, by the same people in the same tabs."""
    views = Views(datetime.now(UTC).date())
    async with AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(visiting(app)) for _ in range(PEOPLE)]
        people = [Person(tab, random.Random(seed)) for seed, tab in enumerate(tabs)]  # noqa: S311
        await look_round(people, views)
        mixed = await phase(app, people, views, UNSEEN_SHARE)
        told(f"{PEOPLE} people, {UNSEEN_SHARE:.0%} of clicks in scopes never seen", mixed)
        await after_the_tick()
        await look_round(people, views)
        warm = await phase(app, people, views, 0)
    met = warm.p95 <= WARM_P95_MS and not warm.errors
    told(f"{PEOPLE} people, caches full", warm, budget=f"p95 ≤ {WARM_P95_MS} ms, no error", met=met)
    Line("memory of the app after both", f"{resident_mb(app.pid):,.0f} MB").say()


def told(what: str, spent: Spent, budget: str = "", *, met: bool | None = None) -> None:
    """One line."""
    clicks = f"{len(spent.client_ms) / PHASE_SECONDS:.1f} clicks a second, {len(spent.errors)} errors"
    cause = f"first error: {spent.errors[0]}" if spent.errors else ""
    Line(what, f"{spent.said()}, {clicks}", budget=budget, met=met, cause=cause).say()


async def after_the_tick() -> None:
    """Until a phase fits between two ticks of a long window."""
    left = TICK_SECONDS - time.time() % TICK_SECONDS
    if left < 1.7 * PHASE_SECONDS:
        await asyncio.sleep(left + 1)


async def look_round(people: list[Person], views: Views) -> None:
    """Every view that is looked at again and again is in the caches, and everybody has a page."""
    looks = list(product(boards(), views.known()))
    for person, (screen, view) in zip(people, cycle(looks), strict=False):
        await person.tab.rerun(view, screen.name, screen.title)
    for screen, view in looks[len(people) :]:
        await people[0].tab.rerun(view, screen.name, screen.title)


async def phase(app: Serving, people: list[Person], views: Views, unseen: float) -> Spent:
    """Everybody clicks for a while, the first click of each at a moment of its own."""
    taken: list[float] = []
    errors: list[str] = []
    until = time.monotonic() + PHASE_SECONDS
    screens, known = list(boards()), views.known()

    async def clicking(person: Person) -> None:
        await asyncio.sleep(person.dice.uniform(0, THINK_SECONDS))
        while time.monotonic() < until:
            screen = person.dice.choice(screens)
            view = views.unseen() if person.dice.random() < unseen else person.dice.choice(known)
            try:
                taken.append(await person.tab.rerun(view, screen.name, screen.title))
            except (TimeoutError, WrongPage, OSError) as error:
                errors.append(f"{type(error).__name__} {error}")
            # Not all at the same pace: after one slow moment they would click together for ever.
            await asyncio.sleep(person.dice.uniform(0.5, 1.5) * THINK_SECONDS)

    with cpu_of(app, taken) as cpu:
        await asyncio.gather(*(clicking(person) for person in people))
    return Spent(taken, cpu[0], errors)


if __name__ == "__main__":
    main()
