"""Lifecycle: who is new, comes back, is back after a pause, or stays away; and how often people come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from analytics.activity_masks import BITS, MARK, by_patterns, by_totals
from analytics.intervals import Intervals
from analytics.scope import Grain, Scope
from analytics.settings import POWER_SHARE, REGULAR_SHARE
from analytics.steps import Step
from analytics.units import PERSON, Units
from analytics.view import View

STATES = ("new", "returning", "resurrecting", "dormant")
SEGMENTS = ("power", "regular", "casual")
Event = str | tuple[str, ...] | Step | None


def lifecycle(  # noqa: PLR0917  the names are the agreement, in this order
    view: View,
    scope: Scope,
    event: Event = None,
    grain: Grain = "day",
    unit: str = PERSON,
    week_start: str = "monday",
) -> pd.DataFrame:
    """Who did something in each bucket: for the first time, again, or after a pause; and who stayed away.

    One row for every bucket that the window touches: `bucket`, `new` (the unit's first row of any kind in
    all history lies in the bucket), `returning` (active in the bucket before too), `resurrecting` (active,
    but not in the bucket before), `dormant` (active in the bucket before and not in this one, as a number
    below 0), `complete`. The bucket before the window is read for what came of it.
    """
    step = step_of(event)
    buckets = Intervals.of(scope, grain, week_start, before=1)
    units = Units.of(view, unit)
    asked = _Asked(view, scope, buckets, grain, week_start, since=buckets.bounds[0])
    found = asked.ask(by_patterns(step.table, units, len(buckets)), step)
    first, actors = found["first"].to_numpy(), found["actors"].to_numpy()
    words = [found[f"w{number}"].to_numpy() for number in range(-(-len(buckets) // BITS))]
    before = _active(words, 0)
    counts: dict[str, list[int]] = {state: [] for state in STATES}
    for number in range(1, len(buckets)):
        now = _active(words, number)
        fresh = now & (first == number)
        held = (fresh, now & before, now & ~before & ~fresh, before & ~now)
        for state, chosen in zip(STATES, held, strict=True):
            counts[state].append(int(actors[chosen].sum()))
        before = now
    counts["dormant"] = [-count for count in counts["dormant"]]
    over = [buckets.over(number, scope.present) for number in range(1, len(buckets))]
    columns = {state: np.array(counts[state], dtype=np.int64) for state in STATES}
    return pd.DataFrame({"bucket": buckets.starts()[1:], **columns, "complete": np.array(over, dtype=bool)})


def stickiness(  # noqa: PLR0917  as above
    view: View,
    scope: Scope,
    event: Event = None,
    grain: Grain = "day",
    unit: str = PERSON,
    week_start: str = "monday",
) -> pd.DataFrame:
    """In how many buckets of the window people did something: `intervals`, from 1 to all, and `actors`."""
    step = step_of(event)
    buckets = Intervals.of(scope, grain, week_start)
    asked = _Asked(view, scope, buckets, grain, week_start, since=scope.start)
    found = asked.ask(by_totals(step.table, Units.of(view, unit), len(buckets)), step)
    actors = np.zeros(len(buckets) + 1, dtype=np.int64)
    actors[found["intervals"].to_numpy()] = found["actors"].to_numpy()
    return pd.DataFrame({"intervals": np.arange(1, len(buckets) + 1), "actors": actors[1:]})


def power_curve(view: View, scope: Scope, event: Event = None, unit: str = PERSON) -> pd.DataFrame:
    """How many people were active on how many days of the window, and what that makes them.

    `days` from 1 to all of the window, `actors`, and `segment`: power users come on at least half of the
    days, regular ones on a seventh (a day a week), casual ones less often.
    """
    found = stickiness(view, scope, event, "day", unit).rename(columns={"intervals": "days"})
    share = found["days"] / len(found)
    segment = np.select([share >= POWER_SHARE, share >= REGULAR_SHARE], SEGMENTS[:2], SEGMENTS[2])
    return found.assign(segment=pd.Series(segment, dtype="str"))


def step_of(event: Event) -> Step:
    """What was done, as a step; None is any event."""
    return event if isinstance(event, Step) else Step(event)


class _Asked:
    """A scope that reaches back as far as is read, and how it is asked."""

    def __init__(
        self, view: View, scope: Scope, buckets: Intervals, grain: Grain, week_start: str, *, since: datetime
    ) -> None:
        self._view, self._week_start = view, week_start
        self._grain: Grain = grain
        self._wide = replace(scope, start=since)
        self._values: Mapping[str, datetime] = {
            "since": _naive(scope.start),
            "until": _naive(min(scope.end, scope.present)),
            "first_bucket": _naive(buckets.bounds[1]),
        }

    def ask(self, sql: str, step: Step) -> Any:
        """The answer of a statement over the rows of a step."""
        named: dict[str, Any] = {name: value for name, value in self._values.items() if f"${name}" in sql}
        return self._view.arrow(
            self._wide, sql, grain=self._grain, week_start=self._week_start, marks={MARK: step.mark}, **named
        )


def _active(words: list[Any], number: int) -> Any:
    """Whether each pattern holds the interval of that number."""
    word, bit = divmod(number, BITS)
    return (words[word] >> np.uint64(bit)) & np.uint64(1) == 1


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)
