"""Retention: of those who started in an interval, how many came back in each interval after it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Literal, cast, get_args

import numpy as np
import pandas as pd

from analytics import retention_sql
from analytics.intervals import Intervals
from analytics.retention_sql import SEPARATOR
from analytics.scope import Scope
from analytics.specified import form_of, spec_of
from analytics.steps import Step, check_steps
from analytics.units import PERSON, Units
from analytics.view import Mark, View
from analytics.zones import EPOCH, MICROSECOND, ORIGIN, day_start, naive

__all__ = ["OTHER", "RetentionSpec", "retention", "retention_people", "returned_people"]

OTHER = "Other"
Period = Literal["hour", "day", "week", "month"]
Mode = Literal["first_time", "recurring"]
Counting = Literal["exact", "on_or_after"]
Clock = Literal["calendar", "rolling"]
# What a period is where it is counted from somebody's own start.
ROLLING = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
}
_CHOICES = {
    "period": get_args(Period),
    "mode": get_args(Mode),
    "counting": get_args(Counting),
    "clock": get_args(Clock),
    "week_start": ("monday", "sunday"),
    "breakdown_at": ("start", "both"),
}
_PARAMETER = re.compile(r"\$(\w+)")
_COUNTS = {"periods": 1000, "at_least": 10**6, "breakdown_limit": 1000}


@dataclass(frozen=True)
class RetentionSpec:
    """Who starts, what coming back is, and how it is counted.

    `periods` are the columns, period 0 included: the size of a cohort, the units that started in an interval
    of the window. A return in period k lies k intervals later, up to the scope's present; `on_or_after`
    counts a return in k or in any later period up to the last. With `first_time` a unit is of one cohort, by
    its first start in all history; with `recurring` of every one in which it started. `rolling` periods are
    counted from the unit's first start of the cohort, floored to the hour (a month is 30 days). `at_least` is
    how many rows in a period make a return. `breakdown` splits cohorts by fields of the row that started;
    with `both` a row of a return has to share the value. `breakdown_limit` keeps the largest values.
    """

    start: Step
    returning: Step
    period: Period = "day"
    periods: int = 11
    mode: Mode = "first_time"
    counting: Counting = "exact"
    clock: Clock = "calendar"
    at_least: int = 1
    unit: str = PERSON
    week_start: str = "monday"
    breakdown: str | tuple[str, ...] | None = None
    breakdown_at: Literal["start", "both"] = "start"
    breakdown_limit: int | None = None

    def __post_init__(self) -> None:
        if isinstance(self.breakdown, list):
            object.__setattr__(self, "breakdown", tuple(cast("list[str]", self.breakdown)))
        _check(self)

    @property
    def broken_by(self) -> tuple[str, ...]:
        """The fields of the breakdown; none where there is no breakdown."""
        if self.breakdown is None:
            return ()
        return (self.breakdown,) if isinstance(self.breakdown, str) else self.breakdown

    @property
    def marks(self) -> dict[str, Mark]:
        """The conditions of both steps, for the SQL."""
        return {"start": self.start.mark, "returning": self.returning.mark}

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        return form_of(self)

    @classmethod
    def from_dict(cls, form: object) -> RetentionSpec:
        """The specification of a JSON form; a key that it does not know is refused."""
        return spec_of(cls, "retention", form)


def retention(view: View, scope: Scope, spec: RetentionSpec) -> pd.DataFrame:
    """How many of each cohort came back in each period.

    One row for every cohort (an interval that the window touches) and period, zeros included, and for every
    value of a breakdown, the largest first: [`breakdown`,] `cohort` (its start, on the scope's clock),
    `period`, `actors`, `complete`: whether the interval of the cell is over, for all of its cohort.
    """
    asked = Asked(view, scope, spec)
    # The masks hold one bit an interval; what they cannot hold is counted in rows.
    return _grid(asked, _by_masks(asked) if asked.fits_masks else _by_rows(asked))


def retention_people(
    view: View,
    scope: Scope,
    spec: RetentionSpec,
    cohort: datetime,
    period: int,
    *,
    breakdown: str | tuple[str, ...] | None = None,
) -> pd.DataFrame:
    """Who is counted in a cell: `unit` and `tenant_id`, as many rows as its count.

    `cohort` is any moment of the cohort's interval; with a breakdown its value chooses the row of the cell.
    """
    asked = Asked(view, scope, spec)
    _check_period(spec, period)
    number = asked.intervals.holding(cohort)
    found = _people(asked, period, breakdown, first=number, last=number)
    return found.drop(columns="cohorts")


def returned_people(
    view: View,
    scope: Scope,
    spec: RetentionSpec,
    period: int,
    *,
    breakdown: str | tuple[str, ...] | None = None,
) -> pd.DataFrame:
    """Who is counted in a period over all cohorts that have finished it: `unit`, `tenant_id`, `cohorts`.

    `cohorts` is of how many of them; they sum up to what the cells come to together.
    """
    asked = Asked(view, scope, spec)
    _check_period(spec, period)
    finished = sum(_over(asked, cohort, period) for cohort in range(asked.cohorts))
    return _people(asked, period, breakdown, first=0, last=finished - 1)


def _people(
    asked: Asked, period: int, breakdown: str | tuple[str, ...] | None, *, first: int, last: int
) -> pd.DataFrame:
    """Who is counted in a period of the cohorts from one number to another, and in how many of these."""
    value = SEPARATOR.join(breakdown) if isinstance(breakdown, tuple) else breakdown
    sql = retention_sql.people(asked.spec, asked.units, period=period, valued=value is not None)
    chosen: dict[str, Any] = {"first_cohort": first, "last_cohort": last, "period": period}
    if value is not None:
        chosen["value"] = value
    kinds = {"unit": "str", "tenant_id": "str", "cohorts": "int64"}
    return asked.ask(sql, **chosen).to_pandas().astype(kinds)


@dataclass(frozen=True)
class Asked:
    """A retention in a scope: its cohorts, the intervals in which they may come back, and how it is asked."""

    view: View
    scope: Scope
    spec: RetentionSpec

    @cached_property
    def units(self) -> Units:
        """What is counted."""
        return Units.of(self.view, self.spec.unit)

    @cached_property
    def cohorts(self) -> int:
        """How many intervals of the window there are."""
        return len(Intervals.of(self.scope, self.spec.period, self.spec.week_start))

    @cached_property
    def intervals(self) -> Intervals:
        """The cohorts, and the intervals after them in which they may come back."""
        after = self.spec.periods - 1
        return Intervals.of(self.scope, self.spec.period, self.spec.week_start, after=after)

    @property
    def until(self) -> datetime:
        """Before when a return may lie."""
        if self.spec.clock == "calendar":
            return self.intervals.end
        return self.intervals.bounds[self.cohorts] + self.spec.periods * ROLLING[self.spec.period]

    @property
    def fits_masks(self) -> bool:
        """Whether one bit an interval says all."""
        spec = self.spec
        plain = spec.clock == "calendar" and spec.at_least == spec.start.nth == spec.returning.nth == 1
        return plain and spec.breakdown is None and len(self.intervals) <= retention_sql.BITS

    def ask(self, sql: str, **values: Any) -> Any:
        """The answer of a statement over the rows of the cohorts and of their returns."""
        scope, spec = self.scope, self.spec
        wide = replace(scope, end=max(scope.end, min(self.until, scope.present)))
        known = {
            "cohorts": self.cohorts,
            "periods": spec.periods,
            "at_least": spec.at_least,
            "started_before": naive(min(scope.end, scope.present)),
            "returned_before": naive(min(self.until, scope.present)),
            "length": ROLLING[spec.period] // MICROSECOND,
            "hour": timedelta(hours=1) // MICROSECOND,
            "past_the_hour": (day_start(ORIGIN, scope.timezone) - EPOCH) // MICROSECOND % 3_600_000_000,
            "most": spec.breakdown_limit,
            "other": SEPARATOR.join([OTHER] * len(spec.broken_by)),
        }
        read = set(_PARAMETER.findall(sql))
        named: dict[str, Any] = {name: value for name, value in {**known, **values}.items() if name in read}
        return self.view.arrow(
            wide, sql, grain=spec.period, week_start=spec.week_start, marks=spec.marks, **named
        )


@dataclass(frozen=True)
class Counts:
    """Counts by value, cohort and period; the values as SQL knows them, the largest first."""

    cells: np.ndarray[tuple[int, int, int], np.dtype[np.int64]]
    values: tuple[str, ...] = ("",)


def _by_masks(asked: Asked) -> Counts:
    found = asked.ask(retention_sql.by_masks(asked.spec, asked.units))
    cohort, mask, actors = (found[name].to_numpy() for name in ("n", "mask", "actors"))
    cells = np.zeros((1, asked.cohorts, asked.spec.periods), dtype=np.int64)
    for period in range(asked.spec.periods):
        later = mask >> np.uint64(period)
        held = later if asked.spec.counting == "on_or_after" else later & np.uint64(1)
        came = actors * ((held > 0) if period else 1)
        cells[0, :, period] = np.bincount(cohort, weights=came, minlength=asked.cohorts)
    return Counts(cells)


def _by_rows(asked: Asked) -> Counts:
    found = asked.ask(retention_sql.by_rows(asked.spec, asked.units))
    place, cohort, period, actors = (found[name].to_numpy() for name in ("place", "n", "k", "actors"))
    values = dict(zip(place.tolist(), found["value"].to_pylist(), strict=True))
    rank = {each: number for number, each in enumerate(sorted(values))}
    if not asked.spec.broken_by:
        rank = {1: 0}
    cells = np.zeros((len(rank), asked.cohorts, asked.spec.periods), dtype=np.int64)
    which = np.array([rank[each] for each in place.tolist()], dtype=np.int64)
    np.add.at(cells, (which, cohort, period), actors)
    if asked.spec.counting == "on_or_after":
        # Each unit was counted at its last period, and came back in that one or before it.
        cells[:, :, 1:] = cells[:, :, :0:-1].cumsum(axis=2)[:, :, ::-1]
    return Counts(cells, tuple(values.get(each, "") for each in rank))


def _grid(asked: Asked, counts: Counts) -> pd.DataFrame:
    spec, (values, cohorts, periods) = asked.spec, counts.cells.shape
    number = np.tile(np.repeat(np.arange(cohorts), periods), values)
    over = [_over(asked, cohort, period) for cohort in range(cohorts) for period in range(periods)]
    frame = pd.DataFrame(
        {
            "cohort": asked.intervals.starts()[number],
            "period": np.tile(np.arange(periods), values * cohorts),
            "actors": counts.cells.reshape(-1),
            "complete": np.tile(np.array(over, dtype=bool), values),
        }
    )
    if spec.broken_by:
        frame.insert(0, "breakdown", _labels(spec, counts.values, cohorts * periods))
    return frame


def _labels(spec: RetentionSpec, values: tuple[str, ...], repeat: int) -> pd.Series[Any]:
    if isinstance(spec.breakdown, str):
        return pd.Series([value for value in values for _ in range(repeat)], dtype="str")
    parts = [tuple(value.split(SEPARATOR)) for value in values]
    return pd.Series([part for part in parts for _ in range(repeat)], dtype="object")


def _over(asked: Asked, cohort: int, period: int) -> bool:
    """Whether a cell can change no more: the last of its cohort has had the whole period."""
    if asked.spec.clock == "calendar" or period == 0:
        return asked.intervals.over(cohort + period, asked.scope.present)
    last = asked.intervals.bounds[cohort + 1]
    return last + (period + 1) * ROLLING[asked.spec.period] <= asked.scope.present


def _check_period(spec: RetentionSpec, period: int) -> None:
    if not 0 <= period < spec.periods:
        raise ValueError(f"a period of this retention lies from 0 to {spec.periods - 1}")


def _check(spec: RetentionSpec) -> None:
    for name, known in _CHOICES.items():
        if getattr(spec, name) not in known:
            raise ValueError(f"the {name} of a retention is one of {', '.join(known)}")
    for name, most in _COUNTS.items():
        value = getattr(spec, name)
        if value is None and name == "breakdown_limit":
            continue
        if type(value) is not int or not 1 <= value <= most:
            raise ValueError(f"{name} is a whole number from 1 to {most:,}")
    check_steps("a retention", spec.start, spec.returning)
    names = (spec.unit, *spec.broken_by)
    if not all(isinstance(name, str) and name for name in names):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError("the unit and the fields of a breakdown are named by texts")
    if spec.breakdown is not None and not spec.broken_by:
        raise ValueError("a breakdown names at least one field; None is no breakdown")
