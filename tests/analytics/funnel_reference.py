"""Funnels by trying everything: every choice of rows for the steps, as the rules say it and no faster.

Written from the rules alone. One unit's rows at a time, few of them; steps are counted from 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise


@dataclass(frozen=True)
class Row:
    """A row of a unit: when, and what it is."""

    time: int
    event: str
    chosen: bool = True  # whether it has the value that the funnel's one `chosen` step asks for


@dataclass(frozen=True)
class Rules:
    """A funnel; a step is the set of events that fill it."""

    steps: tuple[frozenset[str], ...]
    order: str = "ordered"
    window: int = 10**9
    within: tuple[int | None, ...] = ()
    nth: tuple[int, ...] = ()
    chosen: int = 0
    first: bool = False
    entry: tuple[int, int] = (-(10**9), 10**9)
    exclusions: tuple[tuple[str, int, int], ...] = field(default=())

    def gap(self, step: int) -> int:
        """How long after the step before a step may come."""
        found = self.within[step - 1] if self.within else None
        return 10**9 if found is None else found


@dataclass(frozen=True)
class Attempt:
    """Which row fills the first step, the second one and so on; or, without an order, completes it."""

    rows: tuple[int, ...]
    times: tuple[int, ...]


def solve(rows: list[Row], rules: Rules) -> Attempt | None:
    """The attempt that a unit is counted with; None where it is not in the funnel."""
    steps = filled_by(rows, rules)
    if rules.order == "unordered":
        return solve_unordered(rows, steps, rules)
    chains = list(all_chains(rows, steps, rules))
    deepest = max((len(chain) for chain in chains), default=0)
    deep = [Attempt(chain, tuple(rows[i].time for i in chain)) for chain in chains if len(chain) == deepest]
    clean = [each for each in deep if not hit(each.times, each.times[0], rows, rules)]
    # The first arrival at the deepest step, then backwards the latest row of each step before it.
    if rules.order == "strict":
        return min(clean, key=lambda each: place_in_instant(each.rows[-1], rows, steps), default=None)
    return min(
        clean, key=lambda each: (each.times[-1], *(-time for time in each.times[-2::-1])), default=None
    )


def filled_by(rows: list[Row], rules: Rules) -> list[set[int]]:
    """The steps that each row may fill; the n-th time counts rows in order of time, as they came."""
    found: list[set[int]] = [set() for _ in rows]
    for step, events in enumerate(rules.steps, 1):
        matching = sorted(
            (i for i, row in enumerate(rows) if row.event in events and (row.chosen or step != rules.chosen)),
            key=lambda i: rows[i].time,
        )
        nth = rules.nth[step - 1] if rules.nth else 1
        for i in matching if nth == 1 else matching[nth - 1 : nth]:
            found[i].add(step)
    return found


def all_chains(rows: list[Row], steps: list[set[int]], rules: Rules) -> Iterator[tuple[int, ...]]:
    """Every allowed chain of rows for the first step, the first two and so on."""
    entries = [
        i for i, row in enumerate(rows) if 1 in steps[i] and rules.entry[0] <= row.time < rules.entry[1]
    ]
    if rules.order == "strict":
        standing = sorted(range(len(rows)), key=lambda i: place_in_instant(i, rows, steps))
        if rules.first:
            entries = [i for i in standing if i in entries][:1]
        after = dict(pairwise(standing))
    else:
        if rules.first:
            earliest = min((rows[i].time for i in entries), default=0)
            entries = [i for i in entries if rows[i].time == earliest]
        after = None
    for entry in entries:
        yield from longer((entry,), rows, steps, rules, after)


def place_in_instant(i: int, rows: list[Row], steps: list[set[int]]) -> tuple[int, int, int, int]:
    """Where a row stands among all: by time, lowest step first, rows of no step last."""
    return (rows[i].time, min(steps[i], default=99), sum(1 << step for step in steps[i]), i)


def longer(
    chain: tuple[int, ...], rows: list[Row], steps: list[set[int]], rules: Rules, after: dict[int, int] | None
) -> Iterator[tuple[int, ...]]:
    """A chain and all that go on from it."""
    yield chain
    step = len(chain) + 1
    if step > len(rules.steps):
        return
    candidates = range(len(rows)) if after is None else [after[chain[-1]]] if chain[-1] in after else []
    for i in candidates:
        time, before = rows[i].time, rows[chain[-1]].time
        if step not in steps[i] or i in chain or not before <= time <= before + rules.gap(step):
            continue
        if time > rows[chain[0]].time + rules.window:
            continue
        alike = [n for n in range(1, step) if rules.steps[n - 1] == rules.steps[step - 1]]
        if any(rows[chain[n - 1]].time == time for n in alike):
            continue
        yield from longer((*chain, i), rows, steps, rules, after)


def hit(times: tuple[int, ...], start: int, rows: list[Row], rules: Rules) -> bool:
    """Whether a row of an exclusion lies strictly between the two rows that it names."""
    for event, after, before in rules.exclusions:
        if after > len(times):
            continue
        until = times[before - 1] if before <= len(times) else start + rules.window
        if any(row.event == event and times[after - 1] < row.time < until for row in rows):
            return True
    return False


def solve_unordered(rows: list[Row], steps: list[set[int]], rules: Rules) -> Attempt | None:
    """The first deepest attempt that no exclusion hits."""
    starts = [i for i, row in enumerate(rows) if steps[i] and rules.entry[0] <= row.time < rules.entry[1]]
    starts.sort(key=lambda i: rows[i].time)
    if rules.first:
        starts = starts[:1]
    attempts = [attempt_from(rows[i].time, rows, steps, rules) for i in starts]
    clean = [each for each in attempts if not hit(each.times, each.times[0], rows, rules)]
    deepest = max((len(each.times) for each in clean), default=0)
    return next((each for each in clean if len(each.times) == deepest), None)


def attempt_from(start: int, rows: list[Row], steps: list[set[int]], rules: Rules) -> Attempt:
    """The rows within a window that fill the most different steps, the earliest that do."""
    inside = sorted(
        (i for i, row in enumerate(rows) if start <= row.time <= start + rules.window),
        key=lambda i: rows[i].time,
    )
    best: tuple[int, ...] = ()
    for chosen in all_fillings(inside, rows, steps, rules, {}):
        times = tuple(rows[i].time for i in sorted(chosen, key=lambda i: rows[i].time))
        if (-len(times), times) < (-len(best), best):
            best = times
    for completed in range(1, len(best)):
        if best[completed] > best[completed - 1] + rules.gap(completed + 1):
            return Attempt((), best[:completed])
    return Attempt((), best)


def all_fillings(
    inside: list[int], rows: list[Row], steps: list[set[int]], rules: Rules, filled: dict[int, int]
) -> Iterator[tuple[int, ...]]:
    """Every way in which these rows fill steps, one row a step and one step a row."""
    if not inside:
        yield tuple(filled.values())
        return
    first, *rest = inside
    yield from all_fillings(rest, rows, steps, rules, filled)
    for step in steps[first] - set(filled):
        alike = [n for n in filled if rules.steps[n - 1] == rules.steps[step - 1]]
        if not any(rows[filled[n]].time == rows[first].time for n in alike):
            yield from all_fillings(rest, rows, steps, rules, {**filled, step: first})
