"""Lifecycle: who is new, comes back, is back after a pause, or stays away; and how often people come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, get_args

import numpy as np
import pandas as pd

from analytics.activity_masks import BITS, MARK, by_patterns, by_totals, units_of_state, units_of_total
from analytics.columns import BUCKET, COMPLETE
from analytics.intervals import Intervals
from analytics.query import AUTO, WEEK_STARTS
from analytics.question import Column
from analytics.scope import Grain, Scope
from analytics.settings import POWER_SHARE, REGULAR_SHARE
from analytics.specified import Specified
from analytics.steps import Step
from analytics.units import PERSON, Units, tables_for
from analytics.view import View
from analytics.who import COLUMNS, LOOKED_UP, named
from analytics.zones import bucket_end, bucket_start, naive

STATES = ("new", "returning", "resurrecting", "dormant")
SEGMENTS = ("power", "regular", "casual")
ANYTHING = Step(None)
Event = str | tuple[str, ...] | Step | None

STATE = Column("lifecycle", "Who", "text", f"{', '.join(STATES)}, as the panel explains.")
USERS = Column("users", "People", "count", "How many people; those who stay away are below 0.")
INTERVALS = Column("intervals", "Active", "count", "In how many intervals of the window they did something.")
DAYS = Column("days", "Days active", "count", "On how many days of the window they did something.")
PEOPLE = Column("actors", "People", "count", "How many people were active that often.")
SEGMENT = Column("segment", "Segment", "text", f"{', '.join(SEGMENTS)}, by their share of the days.")


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


def lifecycle_people(  # noqa: PLR0917  as above
    view: View,
    scope: Scope,
    bucket: datetime,
    state: str,
    event: Event = None,
    grain: Grain = "day",
    unit: str = PERSON,
    week_start: str = "monday",
) -> pd.DataFrame:
    """Who is in a state in the bucket that holds a moment: `unit`, `tenant_id`, as `lifecycle` counts."""
    step = step_of(event)
    buckets = Intervals.of(scope, grain, week_start, before=1)
    number = buckets.holding(bucket)
    if not number:
        raise ValueError(f"{bucket:%F %T} lies before the window")
    asked = _Asked(view, scope, buckets, grain, week_start, since=buckets.bounds[0])
    sql = units_of_state(step.table, Units.of(view, unit), len(buckets), number, state)
    return asked.ask(sql, step).to_pandas().astype("str")


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


def stickiness_people(  # noqa: PLR0917  as above
    view: View,
    scope: Scope,
    intervals: int,
    event: Event = None,
    grain: Grain = "day",
    unit: str = PERSON,
    week_start: str = "monday",
) -> pd.DataFrame:
    """Who did something in so many buckets of the window: `unit`, `tenant_id`, as `stickiness` counts."""
    step = step_of(event)
    buckets = Intervals.of(scope, grain, week_start)
    asked = _Asked(view, scope, buckets, grain, week_start, since=scope.start)
    sql = units_of_total(step.table, Units.of(view, unit), len(buckets))
    return asked.ask(sql, step, wanted=intervals).to_pandas().astype("str")


def power_curve(view: View, scope: Scope, event: Event = None, unit: str = PERSON) -> pd.DataFrame:
    """How many people were active on how many days of the window, and what that makes them.

    `days` from 1 to all of the window, `actors`, and `segment`: power users come on at least half of the
    days, regular ones on a seventh (a day a week), casual ones less often.
    """
    found = stickiness(view, scope, event, "day", unit).rename(columns={"intervals": "days"})
    share = found["days"] / len(found)
    segment = np.select([share >= POWER_SHARE, share >= REGULAR_SHARE], SEGMENTS[:2], SEGMENTS[2])
    return found.assign(segment=pd.Series(segment, dtype="str"))


class OfActivity(Specified):
    """What is asked of who did something when."""

    event: Step
    unit: str

    @property
    def tables(self) -> tuple[str, ...]:
        """The table of the step, and what its units are looked up in."""
        return (self.event.table, *sorted(tables_for((self.unit,))))

    @property
    def additive(self) -> tuple[str, ...]:
        """Units are each within a tenant, so that those of two sets of tenants add up."""
        return tuple(column.name for column in self.columns if column in (USERS, PEOPLE))


class OfPeople(OfActivity):
    """Who is counted somewhere, by name where it is known."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """name, unit, tenant, tenant_id."""
        return COLUMNS

    @property
    def tables(self) -> tuple[str, ...]:
        """The table of the step, and what units and names are looked up in."""
        return tuple(dict.fromkeys((*super().tables, *LOOKED_UP)))


@dataclass(frozen=True)
class Lifecycle(OfActivity):
    """People who are new in a bucket, come again or after a pause; and those who stay away from it."""

    kind: ClassVar[str] = "lifecycle"

    event: Step = ANYTHING
    unit: str = PERSON
    grain: Grain | str = AUTO
    week_start: str = "monday"

    def __post_init__(self) -> None:
        _check(self.grain, self.week_start)

    @property
    def columns(self) -> tuple[Column, ...]:
        """bucket, lifecycle, users, complete."""
        return (BUCKET, STATE, USERS, COMPLETE)

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """A row a bucket and state."""
        grain: Any = scope.grain() if self.grain == AUTO else self.grain
        # Who was seen in the part of an interval that is not read would be told as away, in the next one too.
        scope = from_first_whole(scope, grain, self.week_start)
        wide = lifecycle(view, scope, self.event, grain, self.unit, self.week_start)
        long = wide.melt(["bucket", "complete"], list(STATES), "lifecycle", "users")
        names = [column.name for column in self.columns]
        return long.sort_values("bucket", kind="stable", ignore_index=True)[names].astype(
            {"lifecycle": "str"}
        )

    def people_in(self, bucket: datetime, state: str) -> StatePeople:
        """Who is in a state in the bucket that holds a moment."""
        return StatePeople(bucket.isoformat(), state, self.event, self.unit, self.grain, self.week_start)


@dataclass(frozen=True)
class StatePeople(OfPeople):
    """Who is new in a bucket, comes again, is back after a pause or stays away, by name where it is known."""

    kind: ClassVar[str] = "lifecycle_people"

    bucket: str
    state: str
    event: Step = ANYTHING
    unit: str = PERSON
    grain: Grain | str = AUTO
    week_start: str = "monday"

    def __post_init__(self) -> None:
        _check(self.grain, self.week_start)
        if self.state not in STATES:
            raise ValueError(f"somebody is one of {', '.join(STATES)}")
        if datetime.fromisoformat(self.bucket).tzinfo is None:
            raise ValueError("a bucket is told by a moment with its timezone")

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """A row a person."""
        grain: Any = scope.grain() if self.grain == AUTO else self.grain
        whole = from_first_whole(scope, grain, self.week_start)
        bucket = datetime.fromisoformat(self.bucket)
        rest = (self.event, grain, self.unit, self.week_start)
        return named(view, scope, lifecycle_people(view, whole, bucket, self.state, *rest), self.unit)


@dataclass(frozen=True)
class Stickiness(OfActivity):
    """People by the number of intervals of the window in which they did something."""

    kind: ClassVar[str] = "stickiness"

    event: Step = ANYTHING
    unit: str = PERSON
    grain: Grain | str = "day"
    week_start: str = "monday"

    def __post_init__(self) -> None:
        _check(self.grain, self.week_start)

    @property
    def columns(self) -> tuple[Column, ...]:
        """intervals, actors."""
        return (INTERVALS, PEOPLE)

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """A row for each number of intervals, zeros included."""
        grain: Any = scope.grain() if self.grain == AUTO else self.grain
        whole = from_first_whole(scope, grain, self.week_start)
        return stickiness(view, whole, self.event, grain, self.unit, self.week_start)

    def people_at(self, place: int) -> ActivePeople:
        """Who the row at a place counts."""
        return ActivePeople(self.event, self.unit, self.grain, self.week_start, place + 1)


@dataclass(frozen=True)
class PowerCurve(OfActivity):
    """People by the number of days of the window on which they did something, and what that makes them."""

    kind: ClassVar[str] = "power_curve"

    event: Step = ANYTHING
    unit: str = PERSON

    @property
    def columns(self) -> tuple[Column, ...]:
        """days, segment, actors."""
        return (DAYS, SEGMENT, PEOPLE)

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """A row a number of days, zeros included."""
        found = power_curve(view, from_first_whole(scope, "day"), self.event, self.unit)
        return found[[column.name for column in self.columns]]

    def people_at(self, place: int) -> ActivePeople:
        """Who the row at a place counts."""
        return ActivePeople(self.event, self.unit, intervals=place + 1)


@dataclass(frozen=True)
class ActivePeople(OfPeople):
    """Who did something in so many intervals of the window, by name where it is known."""

    kind: ClassVar[str] = "active_people"

    event: Step = ANYTHING
    unit: str = PERSON
    grain: Grain | str = "day"
    week_start: str = "monday"
    intervals: int = 1

    def __post_init__(self) -> None:
        _check(self.grain, self.week_start)

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """A row a person."""
        grain: Any = scope.grain() if self.grain == AUTO else self.grain
        whole = from_first_whole(scope, grain, self.week_start)
        found = stickiness_people(view, whole, self.intervals, self.event, grain, self.unit, self.week_start)
        return named(view, scope, found, self.unit)


def from_first_whole(scope: Scope, grain: Grain, week_start: str = "monday") -> Scope:
    """The scope from its first whole interval on, so that the last 7 days are 7 local days, today's included.

    A scope without a beginning of an interval stays as it is.
    """
    begun = bucket_start(scope.start, grain, scope.timezone, week_start)
    first = begun if begun == scope.start else bucket_end(begun, grain, scope.timezone, week_start)
    return replace(scope, start=first) if first < scope.end else scope


def _check(grain: str, week_start: str) -> None:
    if grain not in (AUTO, *get_args(Grain)):
        raise ValueError(f"a grain is one of {AUTO}, {', '.join(get_args(Grain))}")
    if week_start not in WEEK_STARTS:
        raise ValueError(f"a week starts on {' or '.join(WEEK_STARTS)}")


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
            "since": naive(scope.start),
            "until": naive(min(scope.end, scope.present)),
            "first_bucket": naive(buckets.bounds[1]),
        }

    def ask(self, sql: str, step: Step, **more: Any) -> Any:
        """The answer of a statement over the rows of a step."""
        named: dict[str, Any] = {name: value for name, value in self._values.items() if f"${name}" in sql}
        return self._view.arrow(
            self._wide,
            sql,
            grain=self._grain,
            week_start=self._week_start,
            marks={MARK: step.mark},
            **named,
            **more,
        )


def _active(words: list[Any], number: int) -> Any:
    """Whether each pattern holds the interval of that number."""
    word, bit = divmod(number, BITS)
    return (words[word] >> np.uint64(bit)) & np.uint64(1) == 1
