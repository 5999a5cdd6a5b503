"""Funnels over arrays: the deepest step of every unit and the rows that led there, by compiled loops.

The rows come in any order. Threads share them by buckets of units, a batch of buckets at a time, so that
what is sorted and solved together fits the processor's cache.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from analytics import stopping
from analytics.funnel_attempt import attempt_room
from analytics.funnel_ordered import chains_room, solve_ordered
from analytics.funnel_rules import FOREVER, NEVER, NONE, Found, Longs, Places, Rules
from analytics.funnel_strict import runs_room, solve_strict
from analytics.funnel_units import (
    HAS_VALUE,
    Codes,
    Counting,
    Masks,
    count,
    desk_room,
    gather,
    sorted_room,
    spread,
)
from analytics.funnel_unordered import solve_unordered
from analytics.stopping import Flag

__all__ = ["FOREVER", "HAS_VALUE", "NONE", "Journeys", "Paths", "Terms", "solve", "warm"]

Order = Literal["ordered", "strict", "unordered"]
MOST_STEPS, MOST_EXCLUSIONS = 20, HAS_VALUE - 20
_BUCKET, _BATCH = 4096, 1 << 16  # rows
_SHARED = 1 << 17  # fewer rows than these are solved sooner by one thread


@dataclass(frozen=True)
class Journeys:
    """Rows of units in any order: whose, when, and which steps and exclusions each fills, as bits.

    The lowest bits are the steps, then come the exclusions; the bit HAS_VALUE marks rows that carry a value.
    """

    units: Codes
    times: Longs
    masks: Masks


@dataclass(frozen=True)
class Terms:
    """What a funnel asks of journeys, with steps counted from 0 and times in microseconds.

    `alike` gives one number to steps that need rows of different times, `nth` says which of a unit's rows
    of a step fills it (1 is any), `exclusions` after and before which step their rows hit. Entries lie
    between the first and the last of `edges`, and each stretch between two of them is solved by itself; rows
    before `since` are there to be counted alone. `touched` asks for the rows that carry a value.
    """

    steps: int
    order: Order
    window: int
    edges: Sequence[int]
    within: Sequence[int] = ()
    alike: Sequence[int] = ()
    nth: Sequence[int] = ()
    exclusions: Sequence[tuple[int, int]] = ()
    first: bool = False
    since: int = NEVER
    touched: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= MOST_STEPS or len(self.exclusions) > MOST_EXCLUSIONS:
            raise ValueError(f"a funnel has 1 to {MOST_STEPS} steps and at most {MOST_EXCLUSIONS} exclusions")

    def rules(self, stop: Flag) -> Rules:
        """The terms as the compiled loops read them, and the flag that ends these early."""
        first_alike = [list(self.alike).index(each) for each in self.alike] or list(range(self.steps))
        return Rules(
            self.steps,
            self.window,
            _longs(self.within or [FOREVER] * self.steps),
            _longs(first_alike),
            self.first,
            _longs([after for after, _ in self.exclusions]),
            _longs([before for _, before in self.exclusions]),
            stop,
        )

    @property
    def counting(self) -> Counting:
        """Which rows count."""
        return Counting(_longs(self.nth or [1] * self.steps), self.since, self.steps, self.touched)


@dataclass(frozen=True)
class Paths:
    """One line for each unit that entered, and each stretch that it entered in.

    `levels` count from 1, and are 0 where exclusions hit; `rows` are the places of the steps' rows among the
    journeys, NONE beyond the level; `first_touch` and `last_touch` those of the unit's first and last row
    that fills a step and carries a value, where they were asked for.
    """

    levels: NDArray[np.int8]
    stretches: Places
    rows: Places
    first_touch: Places
    last_touch: Places


@dataclass(frozen=True)
class _Records:
    """The rows by buckets of their units, and where each bucket begins."""

    rows: Any
    bounds: Longs

    def batches(self) -> list[tuple[int, int]]:
        """Runs of buckets of about as many rows as are best solved together."""
        starts = np.searchsorted(self.bounds, np.arange(0, int(self.bounds[-1]), _BATCH), side="left")
        cuts = np.unique(np.append(starts, len(self.bounds) - 1))
        return [(int(first), int(last)) for first, last in pairwise(cuts)]


def solve(journeys: Journeys, terms: Terms) -> Paths:
    """The deepest attempt of every unit; work that is not wanted any more is refused before its end."""
    stop = stopping.current()
    stopping.refuse_if(stop)
    if not len(journeys.units):
        return _paths([], terms)
    threads = 1 if len(journeys.units) < _SHARED else _threads()
    records = _records(journeys, threads)
    stopping.refuse_if(stop)
    batches = records.batches()
    shares = [batches[n::threads] for n in range(threads)]
    found = _each(lambda share: _solved(records, share, terms, stop), shares)
    return _paths([line for part in found for line in part], terms)


def warm() -> None:
    """Compile what funnels need, or read it from where it was kept."""
    journeys = Journeys(np.zeros(2, np.uint64), np.arange(2, dtype=np.int64), np.array([1, 2], np.uint32))
    for order in ("ordered", "strict", "unordered"):
        solve(journeys, Terms(2, order, FOREVER, (0, 2)))


def _records(journeys: Journeys, threads: int) -> _Records:
    """The rows spread over buckets: each thread counts its rows, then writes them where they belong."""
    # Compiled loops are made for arrays that may be written or for those that may not, so all are alike.
    units, times, masks = (_fixed(each) for each in (journeys.units, journeys.times, journeys.masks))
    rows = len(units)
    bits = max(1, int(np.ceil(np.log2(max(rows / _BUCKET, 2)))))
    shift, buckets = np.uint64(64 - bits), 1 << bits
    cuts = [rows * n // threads for n in range(threads + 1)]
    counts = np.zeros((threads, buckets), np.int64)
    shares = range(threads)
    _each(lambda n: count(units, cuts[n], cuts[n + 1], shift, counts[n]), shares)
    bounds = np.zeros(buckets + 1, np.int64)
    np.cumsum(counts.sum(axis=0), out=bounds[1:])
    places = bounds[:-1] + np.vstack([np.zeros(buckets, np.int64), np.cumsum(counts, axis=0)[:-1]])
    records = np.empty((rows, 3), np.uint64)
    _each(lambda n: spread(units, times, masks, cuts[n], cuts[n + 1], shift, places[n], records), shares)
    return _Records(records, bounds)


def _fixed(values: NDArray[Any]) -> NDArray[Any]:
    """The same array, not to be written."""
    fixed = np.ascontiguousarray(values).view()
    fixed.flags.writeable = False
    return fixed


def _solved(
    records: _Records, batches: Sequence[tuple[int, int]], terms: Terms, stop: Flag
) -> list[tuple[Any, ...]]:
    """What the units of some batches found, each batch's by itself."""
    bounds = records.bounds
    size = max((int(bounds[last] - bounds[first]) for first, last in batches), default=0)
    bucket = int(np.diff(bounds).max(initial=0))
    rows, desk, room = sorted_room(size), desk_room(size, bucket), _found_room(size, terms.steps)
    rules, counting, edges = terms.rules(stop), terms.counting, _longs(terms.edges)
    solver, work = _solver(terms.order, size, rules)
    lines: list[tuple[Any, ...]] = []
    for first, last in batches:
        units = gather(records.rows, bounds, first, last, counting, rows, desk)
        written = solver(rows, units, edges, rules, work, room)
        stopping.refuse_if(stop)
        touched = rows.touched[: 2 * units].reshape(-1, 2)[room.units[:written]] if terms.touched else None
        lines.append((*(part[:written].copy() for part in (room.levels, room.stretches, room.rows)), touched))
    return lines


def _solver(order: Order, size: int, rules: Rules) -> tuple[Callable[..., int], Any]:
    """The loop for an order of steps, and what it works on."""
    if order == "strict":
        return solve_strict, runs_room(rules)
    if order == "unordered":
        return solve_unordered, attempt_room(size, rules)
    return solve_ordered, chains_room(size, rules)


def _found_room(size: int, steps: int) -> Found:
    rows = np.empty((size, steps), np.int32)
    return Found(np.empty(size, np.int8), np.empty(size, np.int32), np.empty(size, np.int32), rows)


def _paths(lines: Sequence[tuple[Any, ...]], terms: Terms) -> Paths:
    """The lines of all batches as one."""
    if not lines:
        nothing = np.empty(0, np.int32)
        rows = np.empty((0, terms.steps), np.int32)
        return Paths(np.empty(0, np.int8), nothing, rows, nothing, nothing)
    levels, stretches, rows = (np.concatenate([line[n] for line in lines]) for n in range(3))
    if not terms.touched:
        nowhere = np.full(len(levels), NONE, np.int32)
        return Paths(levels, stretches, rows, nowhere, nowhere)
    touched = np.concatenate([line[3] for line in lines])
    return Paths(levels, stretches, rows, touched[:, 0], touched[:, 1])


def _each(work: Callable[[Any], Any], shares: Sequence[Any]) -> list[Any]:
    """The work on every share, each in a thread of its own where there are several."""
    return [work(shares[0])] if len(shares) == 1 else list(_pool().map(work, shares))


def _threads() -> int:
    return max(
        1, min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 8)
    )


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_threads(), "funnel")


def _longs(values: Sequence[int]) -> Longs:
    return np.array(values, np.int64)
