"""Criteria that other analyses tell: sequences, steps of a funnel, cells of a retention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast, get_args

import pandas as pd

from analytics.criteria import Criterion
from analytics.during import EVER, During, length
from analytics.filters import Filter, sentence
from analytics.funnel import funnel_people
from analytics.funnel_known import as_known
from analytics.funnel_spec import FunnelSpec
from analytics.members import FIELDS, Unit
from analytics.retention import RetentionSpec, retention_people, returned_people
from analytics.scope import Scope
from analytics.steps import Step, check_lengths, steps_in
from analytics.view import View
from analytics.zones import EARLIEST, Grain, zone

Value = str | tuple[str, ...] | None


class Found(Criterion):
    """A criterion whose members another analysis tells, in a scope of its own."""

    during: During

    def people(self, view: View, scope: Scope, unit: Unit) -> pd.DataFrame:
        """The members in the scope of the criterion: `unit` and `tenant_id`."""
        raise NotImplementedError

    @property
    def counted(self) -> str:
        """The unit that it counts; '' where it counts those of the cohort."""
        return ""

    @property
    def broken_by(self) -> tuple[str, ...]:
        """The fields of its breakdown."""
        return ()

    @property
    def where(self) -> Filter | None:
        """What its rows must fulfil beside what its steps ask."""
        return None

    @property
    def clock(self) -> str:
        """On whose clock its buckets are cut."""
        return "UTC"

    def scope(self, scope: Scope) -> Scope:
        """Its own window, filters and clock, with the tenants and the now of whoever asks."""
        start, end = self.during.span(scope)
        return Scope(
            datetime(EARLIEST, 1, 1, tzinfo=UTC) if start is None else start,
            scope.present if end is None else end,
            self.clock,
            scope.tenants,
            self.where,
            scope.present,
        )


@dataclass(frozen=True)
class Sequence(Found):
    """Did several things one after the other, all within so long of the first, which was done then."""

    word = "sequence"
    steps: tuple[Step, ...]
    within: timedelta
    during: During = EVER

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", steps_in("a sequence", self.steps))
        if len(self.steps) < 2:
            raise ValueError("a sequence has at least two steps")
        check_lengths(self.within)
        _ = FunnelSpec(self.steps)

    @property
    def asked(self) -> tuple[Step, ...]:
        """All of them."""
        return self.steps

    def people(self, view: View, scope: Scope, unit: Unit) -> pd.DataFrame:
        """Who came to the end of it."""
        spec = FunnelSpec(self.steps, window=self.within, unit=FIELDS[unit])
        return funnel_people(view, scope, spec, step=len(self.steps))

    def sentence(self) -> str:
        """did open, then export within 7 days"""
        names = ", then ".join(step.name for step in self.steps)
        return f"did {names} within {length(self.within)}{self.during.sentence()}"


@dataclass(frozen=True)
class InFunnel(Found):
    """Reached a step of a funnel, or with a minus the one before and not it, as the funnel counts them.

    `waiting` keeps of the latter those alone who still may reach it, or left.
    """

    word = "funnel"
    spec: FunnelSpec
    step: int
    during: During
    filtered: Filter | None = None
    timezone: str = "UTC"
    breakdown: Value = None
    bucket: datetime | None = None
    grain: Grain = "day"
    week_start: str = "monday"
    waiting: bool | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "breakdown", _value(self.breakdown))
        zone(self.timezone)
        if self.waiting is not None and (type(self.waiting) is not bool or self.step > 0):
            raise ValueError("who still may, or left, is told of those who have not reached a step")
        if type(self.step) is not int or not 1 <= abs(self.step) <= len(self.spec.steps) or self.step == -1:
            raise ValueError(
                f"a step of this funnel is one of 1 to {len(self.spec.steps)}; with a minus, from -2"
            )
        if self.grain not in get_args(Grain) or self.week_start not in ("monday", "sunday"):
            raise ValueError(f"the grain of a bucket is one of {', '.join(get_args(Grain))}")
        if self.bucket is not None and self.during == EVER:
            raise ValueError("a bucket of a funnel is one of a window: say which")

    @property
    def asked(self) -> tuple[Step, ...]:
        """The steps of the funnel, and what it excludes."""
        return self.spec.marked

    @property
    def counted(self) -> str:
        """The funnel's unit."""
        return self.spec.unit

    @property
    def broken_by(self) -> tuple[str, ...]:
        """The fields of its breakdown."""
        return self.spec.broken_by

    @property
    def where(self) -> Filter | None:
        """What the page was filtered by."""
        return self.filtered

    @property
    def clock(self) -> str:
        """The page's clock."""
        return self.timezone

    def people(self, view: View, scope: Scope, unit: Unit) -> pd.DataFrame:  # noqa: ARG002  the funnel's own
        """Those that the funnel counts."""
        return funnel_people(
            view,
            scope,
            self.spec,
            step=self.step,
            breakdown=self.breakdown,
            bucket=self.bucket,
            grain=self.grain,
            week_start=self.week_start,
            waiting=self.waiting,
            known=None if self.waiting is None else as_known(view, scope, self.spec.steps),
        )

    def sentence(self) -> str:
        """reached sold of the funnel opened, tried, sold"""
        names = [step.name for step in self.spec.steps]
        if self.step > 0:
            reached = f"reached {names[self.step - 1]}"
        else:
            before, here = names[-self.step - 2], names[-self.step - 1]
            how = {None: "did not reach", True: "still may reach", False: "left before"}[self.waiting]
            reached = f"reached {before} and {how} {here}"
        of = f"the funnel {told(self.spec, self.breakdown)}"
        entered = f"having entered{self.during.sentence() or ' ever'}"
        return f"{reached} in {of}, {entered}{_filtered(self.filtered)}"


def told(spec: FunnelSpec, breakdown: Value = None) -> str:
    """opened, tried (within 3 days), sold (within 14 days; nothing in between; from their first entry)"""
    limits = ("" if step.within is None else f" (within {length(step.within)})" for step in spec.steps)
    steps = ", ".join(f"{step.name}{limit}" for step, limit in zip(spec.steps, limits, strict=True))
    rules = [f"within {length(spec.window)}{_of(breakdown)}"]
    rules += {"ordered": [], "strict": ["nothing in between"], "unordered": ["in any order"]}[spec.order]
    rules += ["from their first entry"] if spec.entry == "first" else []
    rules += ["completed in that time"] if spec.dates == "entry_and_completion" else []
    rules += [
        f"without those who did {each.step.name} between step {each.after_step} and {each.before_step}"
        for each in spec.exclusions
    ]
    return f"{steps} ({'; '.join(rules)})"


@dataclass(frozen=True)
class InRetention(Found):
    """Is counted in a cell of a retention: of the cohort that holds a moment, and back in that period.

    Without a moment, of any cohort that has finished the period, as the average over all counts them.
    """

    word = "retention"
    spec: RetentionSpec
    cohort: datetime | None
    period: int
    during: During
    filtered: Filter | None = None
    timezone: str = "UTC"
    breakdown: Value = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "breakdown", _value(self.breakdown))
        zone(self.timezone)
        if self.cohort is not None and self.cohort.tzinfo is None:
            raise ValueError("a moment needs a timezone: pass an aware datetime")
        if type(self.period) is not int or not 0 <= self.period < self.spec.periods:
            raise ValueError(f"a period of this retention lies from 0 to {self.spec.periods - 1}")
        if self.during == EVER:
            raise ValueError("the cohorts of a retention are those of a window: say which")

    @property
    def asked(self) -> tuple[Step, ...]:
        """What starts, and what is coming back."""
        return (self.spec.start, self.spec.returning)

    @property
    def counted(self) -> str:
        """The retention's unit."""
        return self.spec.unit

    @property
    def broken_by(self) -> tuple[str, ...]:
        """The fields of its breakdown."""
        return self.spec.broken_by

    @property
    def where(self) -> Filter | None:
        """What the page was filtered by."""
        return self.filtered

    @property
    def clock(self) -> str:
        """The page's clock."""
        return self.timezone

    def people(self, view: View, scope: Scope, unit: Unit) -> pd.DataFrame:  # noqa: ARG002  its own
        """Those that the cell counts, or the cells of all cohorts together."""
        if self.cohort is None:
            found = returned_people(view, scope, self.spec, self.period, breakdown=self.breakdown)
            return found[["unit", "tenant_id"]]
        return retention_people(view, scope, self.spec, self.cohort, self.period, breakdown=self.breakdown)

    def sentence(self) -> str:
        """started with opened in the week of 5 Jan 2026 and did sold again 3 weeks later"""
        spec, period = self.spec, self.spec.period
        if self.cohort is None:
            when = f"{self.during.sentence()} in any {period} that has had its {period} {self.period}"
        else:
            when = f" in the {period} of {self.cohort.astimezone(zone(self.timezone)):%-d %b %Y, %H:%M}"
        started = f"started with {spec.start.name}{when}{_of(self.breakdown)}"
        if not self.period:
            return f"{started}{_filtered(self.filtered)}"
        later = f"{self.period} {period}{'' if self.period == 1 else 's'}"
        after = f"{later} later" if spec.counting == "exact" else f"{later} later or after that"
        return f"{started} and did {spec.returning.name} {after}{_filtered(self.filtered)}"


def _filtered(where: Filter | None) -> str:
    """By what the page was filtered on which they were counted."""
    return "" if where is None else f", of what was filtered by {sentence(where)}"


def _of(value: Value) -> str:
    """Of which value of a breakdown."""
    said = " and ".join(value) if isinstance(value, tuple) else value
    return "" if said is None else f", of {said or 'no value'}"


def _value(value: object) -> Value:
    if isinstance(value, list | tuple):
        return tuple(map(str, cast("tuple[object, ...]", value)))
    return None if value is None else str(value)
