"""Activation: the first steps of newcomers, who of them is activated, and who stays."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from analytics.analysis import analysis
from analytics.filters import field
from analytics.funnel import funnel_waiting
from analytics.funnel_known import as_known
from analytics.funnel_questions import FunnelQuestion, OfFunnelPeople, with_intervals
from analytics.funnel_rows import fetch, microseconds, names_of
from analytics.funnel_solve import solved
from analytics.funnel_spec import FunnelSpec
from analytics.intervals import MICROSECOND
from analytics.question import Column, Question
from analytics.retention import RetentionSpec, retention
from analytics.scope import Scope
from analytics.settings import (
    ACTIVATION_DAYS,
    ACTIVATION_EVENT,
    DEVICE_REGISTERED,
    FIRST_DATA,
    FLOW_CREATED,
    FLOW_EXECUTED,
    LIVE_WIDGET,
    LOGINS,
    ORG_CREATED,
    PROJECT_CREATED,
    RETAINED_AFTER_DAYS,
    RETAINED_WITHIN_DAYS,
    SERVICE_CONNECTED,
    SIGNUPS,
    WIDGET_CREATED,
)
from analytics.steps import Step
from analytics.units import TENANT
from analytics.view import View
from analytics.who import named

DAYS = (1, 3, 7, 14, 30)
A_DAY = timedelta(days=1)

ORG = Step(ORG_CREATED, label="Organisation created")
PROJECT = Step(PROJECT_CREATED, label="Project created")
SERVICE = Step(SERVICE_CONNECTED, label="First service connected")
DEVICE = Step(DEVICE_REGISTERED, label="Device registered")
DATA = Step(FIRST_DATA, label="First device data")
WIDGET = Step(WIDGET_CREATED, label="First widget")
LIVE = Step(LIVE_WIDGET, label="First live data in it")
FLOW = Step(FLOW_CREATED, label="Flow created")
EXECUTED = Step(FLOW_EXECUTED, label="Flow executed")
SIGNED_UP = Step(SIGNUPS, label="Registered")
ACTIVATED = Step(ACTIVATION_EVENT, label="Activated")

FIRST_STEPS = FunnelSpec(
    (ORG, PROJECT, DEVICE, DATA, WIDGET, LIVE, FLOW, EXECUTED), window=timedelta(days=30)
)
BY_ORG = replace(FIRST_STEPS, unit=TENANT)
BY_PLAN = replace(FIRST_STEPS, breakdown="tenant.plan", breakdown_limit=4)
ONBOARDING = FunnelSpec((Step(LOGINS, label="Logged in"), ORG, DEVICE, LIVE), window=timedelta(days=30))
SIGNUP_TO_VALUE = FunnelSpec((SIGNED_UP, ACTIVATED), window=timedelta(days=ACTIVATION_DAYS))
# What newcomers reach in the days in which activation counts them, each by itself.
MILESTONES = FunnelSpec(
    (SIGNED_UP, ORG, DEVICE, LIVE, FLOW, ACTIVATED), window=timedelta(days=ACTIVATION_DAYS)
)
ORG_TO_VALUE = FunnelSpec((ORG, ACTIVATED), window=timedelta(days=30))
DEVICE_TO_DATA = FunnelSpec((DEVICE, DATA), window=timedelta(days=30))
WIDGET_TO_LIVE = FunnelSpec((WIDGET, LIVE), window=timedelta(days=30))
CONVERSION = FunnelSpec(
    (
        SIGNED_UP,
        SERVICE,
        Step(FLOW_CREATED, label="First workflow created"),
        Step(None, field("status") == "success", "Successful execution", table="runs"),
        Step(None, label="10 or more executions", table="runs", nth=10),
    ),
    window=timedelta(days=30),
)

DAY = Column("day", "Day", "count", "So many days after signing up.")
PEOPLE = Column(
    "people", "Signed up", "count", "Who signed up in the window, so long ago that the day is over."
)
ACTIVE = Column("active", "Active", "count", "Of them, who did anything on that day.")
SHARE = Column("share", "Share", "ratio", "Of those who signed up, who did anything on that day.")


@dataclass(frozen=True)
class RetainedFunnel(FunnelQuestion):
    """A funnel, and who of those that completed it came back some days later."""

    back: str | None = None  # the event of a person's that says so; any unless given
    after_days: int = RETAINED_AFTER_DAYS
    within_days: int = RETAINED_WITHIN_DAYS
    kind: ClassVar[str] = "funnel_retained"

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """The answer, its last row being those who came back."""
        spec = self.spec.whole()
        known = as_known(view, scope, (*spec.steps, came_by(self)))
        frame = funnel_waiting(view, scope, spec, known)
        lines = solved(view, scope, spec)
        done = lines.levels == len(spec.steps)
        finished = lines.times[done, -1]
        came = came_back(view, scope, self, finished, lines.units[done])
        waiting = still_may(known, self, finished, came)
        seconds = came[came >= 0] / 1e6
        last = frame.iloc[-1]
        share = len(seconds) / last["count"] if last["count"] else math.nan
        entered = frame["count"].iloc[0]
        row = {
            "step": len(frame) + 1,
            "name": self.bars[-1],
            "count": len(seconds),
            "may": int(waiting.sum()),
            "conversion": len(seconds) / entered if entered else math.nan,
            "step_conversion": share,
            "avg_seconds": float(seconds.mean()) if len(seconds) else math.nan,
            "median_seconds": float(np.median(seconds)) if len(seconds) else math.nan,
        }
        whole = pd.concat([frame, pd.DataFrame([row])], ignore_index=True)
        return with_intervals(whole)[[column.name for column in self.columns]]

    @property
    def bars(self) -> tuple[str, ...]:
        """The steps, and coming back."""
        return (*super().bars, f"Back after {self.after_days} days")

    def people(
        self, step: int, value: str | tuple[str, ...] | None = None, *, waiting: bool | None = None
    ) -> Question:
        """Who a step of the chart counts, coming back being the last; with a minus, who is not there."""
        if abs(step) <= len(self.spec.steps):
            return super().people(step, value, waiting=waiting)
        return RetainedPeople(self.spec, step > 0, self.back, self.after_days, self.within_days, waiting)


@dataclass(frozen=True)
class RetainedPeople(OfFunnelPeople):
    """Who completed a funnel and came back some days later, or has not come back."""

    spec: FunnelSpec
    came: bool = True
    back: str | None = None  # as for the funnel
    after_days: int = RETAINED_AFTER_DAYS
    within_days: int = RETAINED_WITHIN_DAYS
    waiting: bool | None = None  # only those who still may come back, or cannot any more
    kind: ClassVar[str] = "funnel_retained_people"

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """As many rows as the chart counts."""
        spec = self.spec.whole()
        lines = solved(view, scope, spec)
        done = lines.levels == len(spec.steps)
        finished, units = lines.times[done, -1], lines.units[done]
        came = came_back(view, scope, self, finished, units)
        wanted = (came >= 0) == self.came
        if self.waiting is not None:
            known = as_known(view, scope, (*spec.steps, came_by(self)))
            wanted &= still_may(known, self, finished, came) == self.waiting
        return named(view, scope, names_of(view, scope, spec, units[wanted]), spec.unit)


def came_by(asked: RetainedFunnel | RetainedPeople) -> Step:
    """What somebody does who comes back."""
    return Step(asked.back, field("user_id").exists())


def until(asked: RetainedFunnel | RetainedPeople) -> int:
    """How long after completing it one may come back, in microseconds."""
    return (asked.after_days + asked.within_days) * (A_DAY // MICROSECOND)


def still_may(scope: Scope, asked: RetainedFunnel | RetainedPeople, finished: Any, came: Any) -> Any:
    """Which of those who completed it have not come back and still may."""
    return (came < 0) & (finished + until(asked) > microseconds(scope.present))


def came_back(
    view: View, scope: Scope, asked: RetainedFunnel | RetainedPeople, finished: Any, units: Any
) -> Any:
    """How long after completing each came back, in microseconds, in their order; -1 where not."""
    first, last = asked.after_days * (A_DAY // MICROSECOND), until(asked)
    deeds = FunnelSpec((came_by(asked),), unit=asked.spec.unit, window=asked.spec.window + last * MICROSECOND)
    found = fetch(view, scope, deeds).journeys
    begun = pd.DataFrame({"unit": units, "at": finished + first, "place": np.arange(len(units))})
    deed = pd.DataFrame({"unit": found.units, "at": found.times, "came": found.times})
    met = pd.merge_asof(
        begun.sort_values("at"),
        deed.sort_values("at"),
        on="at",
        by="unit",
        direction="forward",
        tolerance=last - first,
    )
    came = met.sort_values("place")["came"].to_numpy(dtype="float64")
    return np.nan_to_num(came - finished, nan=-1)


@analysis(tables=("events", "identities"), columns=(DAY, PEOPLE, ACTIVE, SHARE))
def day_x_active(view: View, scope: Scope) -> pd.DataFrame:
    """The share of people who do anything on a day so many days after they signed up."""
    asked = RetentionSpec(SIGNED_UP, Step(None), "day", max(DAYS) + 1)
    frame = retention(view, scope, asked)
    frame = frame[frame["complete"] & frame["period"].isin((0, *DAYS))]
    sizes = frame[frame["period"] == 0].set_index("cohort")["actors"]
    rows: list[tuple[int, int, int, float]] = []
    for day in DAYS:
        cells = frame[frame["period"] == day]
        people, active = int(cells["cohort"].map(sizes).fillna(0).sum()), int(cells["actors"].sum())
        rows.append((day, people, active, active / people if people else math.nan))
    return pd.DataFrame(rows, columns=["day", "people", "active", "share"])
