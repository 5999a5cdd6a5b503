"""Funnels as questions of panels and boards: steps, trend, times, and who is stuck; each with a JSON form."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, Self, cast

import numpy as np
import pandas as pd

from analytics.columns import BUCKET, COMPLETE
from analytics.filters import OF_COHORT
from analytics.forms import read_form
from analytics.funnel import (
    binned,
    funnel_people,
    funnel_times_people,
    funnel_trend,
    funnel_waiting,
    seconds_between,
    still_may,
)
from analytics.funnel_known import as_known
from analytics.funnel_rows import microseconds, names_of
from analytics.funnel_solve import solved
from analytics.funnel_spec import FunnelSpec
from analytics.question import Column, Question
from analytics.scope import Grain, Scope
from analytics.specified import Specified, fields_of
from analytics.units import tables_for
from analytics.view import View
from analytics.who import COLUMNS as WHO
from analytics.who import LOOKED_UP, named

VERSION = 1
Z = 1.959963984540054  # of a 95% interval
MOST_STUCK = 500

STEP = Column("step", "#", "count", "The number of the step.")
NAME = Column("name", "Step", "text", "What was done.")
VALUE = Column("breakdown", "Of", "text", "The value that the people are split by.")
COUNT = Column("count", "People", "count", "Who reached this step.")
LEFT = Column(
    "left",
    "Left",
    "count",
    "Who reached the step before, not this one, and cannot any more by what is known.",
)
MAY = Column(
    "may",
    "Still may",
    "count",
    "Who reached the step before, not this one, and still has time for it: as of now, or of the newest row "
    "of a source that is late.",
)
SHARE = Column("conversion", "Of all", "ratio", "Of those who entered, who reached this step.")
LOW = Column("low", "At least", "ratio", "The lower end of the share's 95% interval (Wilson).")
HIGH = Column("high", "At most", "ratio", "The upper end of the share's 95% interval (Wilson).")
STEP_SHARE = Column("step_conversion", "Of step before", "ratio", "Of the step before, who reached this one.")
AVERAGE = Column("avg_ms", "Average time", "ms", "From the step before, on average.")
MEDIAN = Column("median_ms", "Median time", "ms", "From the step before, half of them sooner.")
ENTERED = Column("entered", "Entered", "count", "Who entered in this bucket.")
CONVERTED = Column("converted", "Converted", "count", "Who of them reached the last step.")
RATE = Column("conversion", "Converted", "ratio", "Who of those reached the last step.")
RATE_OF = Column("conversion_of", "Entered", "count", "Who entered in this bucket.")
FROM = Column("start_ms", "From", "ms", "Where the bin begins.")
MIDDLE = Column("median_ms", "median", "ms", "Half of them took no longer.")
P90 = Column("p90_ms", "p90", "ms", "Nine of ten took no longer.")
REACHED = Column("reached", "Stuck after", "text", "The last step that they reached.")
NEXT = Column("next_step", "Next", "text", "The step that they have not reached.")
SINCE = Column("since", "Since", "time", "When they reached it.")
STUCK = Column("stuck_ms", "For", "ms", "How long ago that is.")
IN_TIME = Column("in_window", "In time", "flag", "Whether they still have time for the next step.")


class OfFunnel(Specified):
    """A question about one funnel."""

    spec: FunnelSpec

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of the steps, and those that unit and breakdown are looked up in."""
        looked_up = sorted(tables_for((self.spec.unit, *self.spec.broken_by)))
        return tuple(dict.fromkeys((*self.spec.tables, *looked_up)))

    @property
    def filtered_by(self) -> frozenset[str]:
        """The fields that the filters of its steps ask for, and the cohorts that people are split by."""
        return fields_of(self.spec.marked) | {
            name for name in self.spec.broken_by if name.startswith(OF_COHORT)
        }

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        form: dict[str, object] = {each.name: getattr(self, each.name) for each in fields(cast("Any", self))}
        return {"version": VERSION, **form, "spec": self.spec.to_dict()}

    @classmethod
    def from_dict(cls, form: object) -> Self:
        """The question of a JSON form; a key that it does not know is refused."""
        names = [each.name for each in fields(cast("Any", cls))]
        known = dict(read_form(cls.kind, form, VERSION, names, needed=("spec",)))
        known.pop("version")
        return cls(**{**known, "spec": FunnelSpec.from_dict(known["spec"])})


@dataclass(frozen=True)
class FunnelQuestion(OfFunnel):
    """Who gets from step to step of a funnel, what share of them, and how long it takes."""

    spec: FunnelSpec
    kind: ClassVar[str] = "funnel"

    @property
    def columns(self) -> tuple[Column, ...]:
        """A row a step, of a breakdown for every value."""
        of = (VALUE,) if self.spec.broken_by else ()
        return (*of, STEP, NAME, COUNT, MAY, LEFT, SHARE, LOW, HIGH, STEP_SHARE, AVERAGE, MEDIAN)

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """The answer."""
        known = as_known(view, scope, self.spec.steps)
        found = funnel_waiting(view, scope, self.spec, known)
        return with_intervals(found)[[column.name for column in self.columns]]

    @property
    def bars(self) -> tuple[str, ...]:
        """What each of its steps is called, as a chart has them."""
        return tuple(step.name for step in self.spec.steps)

    def people(
        self, step: int, value: str | tuple[str, ...] | None = None, *, waiting: bool | None = None
    ) -> Question:
        """Who a step of the chart counts, of one value of the breakdown; with a minus, who is not there.

        `waiting` says of those whether they still may, or left.
        """
        return FunnelPeople(self.spec, step, value, waiting)


@dataclass(frozen=True)
class FunnelTrend(OfFunnel):
    """What share of those who enter a funnel in each bucket convert."""

    spec: FunnelSpec
    grain: Grain | Literal["auto"] = "auto"
    from_step: int = 1
    to_step: int | None = None
    week_start: str = "monday"
    kind: ClassVar[str] = "funnel_trend"
    columns: ClassVar[tuple[Column, ...]] = (BUCKET, ENTERED, CONVERTED, RATE, RATE_OF, COMPLETE)  # pyright: ignore[reportIncompatibleMethodOverride, reportIncompatibleVariableOverride]

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """The answer."""
        grain = scope.grain() if self.grain == "auto" else self.grain
        frame = funnel_trend(
            view,
            scope,
            self.spec,
            grain=grain,
            from_step=self.from_step,
            to_step=self.to_step,
            week_start=self.week_start,
            known=as_known(view, scope, self.spec.steps),
        )
        return frame.assign(conversion_of=frame["entered"])[[column.name for column in self.columns]]


@dataclass(frozen=True)
class FunnelTimes(OfFunnel):
    """How long people take from one step of a funnel to another."""

    spec: FunnelSpec
    from_step: int = 1
    to_step: int | None = None
    bins: int | None = None
    kind: ClassVar[str] = "funnel_times"
    columns: ClassVar[tuple[Column, ...]] = (FROM, COUNT, MIDDLE, P90)  # pyright: ignore[reportIncompatibleMethodOverride, reportIncompatibleVariableOverride]

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """The answer; the edge above the last bin is left out where nothing lies on it."""
        seconds = seconds_between(view, scope, self.spec, from_step=self.from_step, to_step=self.to_step)
        frame = binned(seconds, self.bins)
        if len(frame) and not frame["count"].iloc[-1]:
            frame = frame.iloc[:-1]
        middle, most = np.quantile(seconds, (0.5, 0.9)) * 1000 if len(seconds) else (math.nan, math.nan)
        starts = frame["start_seconds"].astype(float) * 1000
        return pd.DataFrame(
            {"start_ms": starts, "count": frame["count"], "median_ms": middle, "p90_ms": most}
        ).astype({"median_ms": "float64", "p90_ms": "float64"})

    def people_at(self, place: int) -> Question:
        """Who the bin at a place counts."""
        return FunnelTimesPeople(self.spec, place, self.from_step, self.to_step, self.bins)


class OfFunnelPeople(OfFunnel):
    """The people whom a funnel counts somewhere, with their names."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """name, unit, tenant, tenant_id."""
        return WHO

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of the funnel, and what names are looked up in."""
        return tuple(dict.fromkeys((*super().tables, *LOOKED_UP)))


@dataclass(frozen=True)
class FunnelPeople(OfFunnelPeople):
    """Who reached a step of a funnel; with a minus, who reached the step before it and not it."""

    spec: FunnelSpec
    step: int = 1
    breakdown: str | tuple[str, ...] | None = None  # only those of this value
    waiting: bool | None = None  # only those who still may convert, or cannot any more
    kind: ClassVar[str] = "funnel_people"

    def __post_init__(self) -> None:
        if isinstance(self.breakdown, list):  # as a JSON form has several values
            object.__setattr__(self, "breakdown", tuple(cast("list[str]", self.breakdown)))

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """As many rows as the chart counts."""
        known = None if self.waiting is None else as_known(view, scope, self.spec.steps)
        found = funnel_people(
            view,
            scope,
            self.spec,
            step=self.step,
            breakdown=self.breakdown,
            waiting=self.waiting,
            known=known,
        )
        return named(view, scope, found, self.spec.unit)


@dataclass(frozen=True)
class FunnelTimesPeople(OfFunnelPeople):
    """Who took from one step of a funnel to another as long as one bin of these times says."""

    spec: FunnelSpec
    place: int = 0
    from_step: int = 1
    to_step: int | None = None
    bins: int | None = None
    kind: ClassVar[str] = "funnel_times_people"

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """As many rows as the bin counts."""
        found = funnel_times_people(
            view,
            scope,
            self.spec,
            self.place,
            from_step=self.from_step,
            to_step=self.to_step,
            bins=self.bins,
        )
        return named(view, scope, found, self.spec.unit)


@dataclass(frozen=True)
class FunnelStuck(OfFunnel):
    """Who entered a funnel and has not completed it: after which step, and for how long."""

    spec: FunnelSpec
    step: int | None = None  # only who stopped after this step
    kind: ClassVar[str] = "funnel_stuck"
    columns: ClassVar[tuple[Column, ...]] = (REACHED, NEXT, *WHO, SINCE, STUCK, IN_TIME)  # pyright: ignore[reportIncompatibleMethodOverride, reportIncompatibleVariableOverride]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of the funnel, and what names are looked up in."""
        return tuple(dict.fromkeys((*super().tables, *LOOKED_UP)))

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """The answer, who got furthest first, then who has been stuck for the shortest time."""
        spec = self.spec.whole()
        lines = solved(view, scope, spec)
        levels = lines.levels
        lines = lines.only(np.flatnonzero(levels == self.step if self.step else levels < len(spec.steps)))
        levels = lines.levels
        since = lines.times[np.arange(len(levels)), levels - 1]
        order = np.lexsort((-since, -levels))[:MOST_STUCK]
        lines, levels, since = lines.only(order), levels[order], since[order]
        who = names_of(view, scope, spec, lines.units)
        names = np.array([*(step.name for step in spec.steps), ""], dtype=object)
        now = microseconds(scope.present)
        stuck = pd.DataFrame(
            {
                "reached": pd.Series(names[levels - 1], dtype="str"),
                "next_step": pd.Series(names[levels], dtype="str"),
                "unit": who["unit"],
                "tenant_id": who["tenant_id"],
                "since": pd.to_datetime(since, unit="us", utc=True).tz_convert(scope.timezone).as_unit("us"),
                "stuck_ms": (now - since) / 1000.0,
                "in_window": still_may(lines, as_known(view, scope, spec.steps), spec),
            }
        )
        known = named(view, scope, who.drop_duplicates(), spec.unit)
        stuck = stuck.merge(known, on=["tenant_id", "unit"], how="left")
        return stuck[[column.name for column in self.columns]]


def with_intervals(frame: pd.DataFrame) -> pd.DataFrame:
    """The steps of a funnel with intervals of their shares, who left before each, and milliseconds."""
    entered = frame["count"].where(frame["step"] == 1).ffill().astype("int64")
    before = frame["count"].shift(1).where(frame["step"] > 1).fillna(frame["count"]).astype("int64")
    low, high = wilson(frame["count"].to_numpy(float), entered.to_numpy(float))
    return frame.assign(
        left=before - frame["count"] - frame["may"],
        low=low,
        high=high,
        avg_ms=frame["avg_seconds"] * 1000,
        median_ms=frame["median_seconds"] * 1000,
    )


def wilson(hits: Any, of: Any) -> tuple[Any, Any]:
    """The 95% interval of shares (Wilson, 1927); nothing of nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = hits / of
        middle = (share + Z * Z / (2 * of)) / (1 + Z * Z / of)
        half = Z * np.sqrt(share * (1 - share) / of + Z * Z / (4 * of * of)) / (1 + Z * Z / of)
        return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)
