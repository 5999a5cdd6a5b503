"""Assignments: which experiments there are, who saw which variant of them first, and what they did after.

The first exposure of a person counts, wherever it lies in history; an experiment is looked at up to the
end of the window. Who saw several variants is set apart. Whatever lies later than the first exposure, by no
more than the days of the goal, counts; as many days before it are the history that takes noise away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np
import pandas as pd

from analytics.scope import Scope
from analytics.settings import CONTROLS, EXPERIMENTS, EXPOSURES, Declared, Exposure, Goal
from analytics.sql import blocks, with_fields
from analytics.view import View
from analytics.zones import MICROSECOND

SQL = blocks(__file__)
DAY = timedelta(days=1)
SUMS = ("n", "waiting", "did", "y", "yy", "x", "xx", "xy")


@dataclass(frozen=True)
class Found:
    """An experiment as its exposures tell it, and what it is judged by."""

    name: str
    told_by: Exposure
    first_at: datetime
    last_at: datetime
    declared: Declared

    @property
    def goal(self) -> Goal:
        """What its people are judged by."""
        return self.declared.goal

    def control(self, variants: Sequence[str]) -> str:
        """The variant that the others are compared with."""
        if self.declared.control in variants:
            return self.declared.control
        named = [name for known in CONTROLS for name in variants if name.lower() == known]
        return (named or sorted(variants))[0]


def experiments(
    view: View,
    scope: Scope,
    *,
    declared: Mapping[str, Declared] = EXPERIMENTS,
    told_by: Sequence[Exposure] = EXPOSURES,
) -> list[Found]:
    """The experiments with an exposure in the window, the one that began last first.

    One that is told by several events is read from the first of these.
    """
    there = view.frame(scope, SQL["told"], events=[each.event for each in told_by])["event_type"].tolist()
    found: dict[str, Found] = {}
    for exposure in told_by:
        if exposure.event not in there:
            continue
        rows = view.frame(scope, read_by(SQL["experiments"], exposure), exposed=exposure.event)
        for name, first, last, goal in zip(
            rows["experiment"], rows["first_at"], rows["last_at"], rows["goal"], strict=True
        ):
            of_its_own = declared.get(name, Declared(Goal(goal)))
            found.setdefault(name, Found(name, exposure, first, last, of_its_own))
    return sorted(found.values(), key=lambda each: each.first_at, reverse=True)


def outcomes(view: View, scope: Scope, found: Sequence[Found], *, aimless: bool = True) -> pd.DataFrame:
    """What each day of the window added, by experiment and variant; no day is what lies before the window.

    Where the `aimless` are left out, of an experiment without a goal's event only people are counted: to look
    for anything that anybody did after any of many flags would read everything once for each of them.
    """
    frames = [
        _outcomes(view, scope, list(group), aimless=aimless)
        for _, group in groupby(sorted(found, key=_read_together), key=_read_together)
    ]
    if not frames:
        return pd.DataFrame({"experiment": [], "variant": [], "bucket": [], **{name: [] for name in SUMS}})
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def summed(rows: pd.DataFrame, goal: Goal) -> pd.DataFrame:
    """Running sums, or whole ones, in the columns that `analytics.experiment.compare` takes."""
    actors = rows["did"] if goal.measured == "mean" else rows["n"]
    plain = pd.DataFrame({"variant": rows["variant"], "actors": actors.astype("int64")}, rows.index)
    if goal.measured == "conversion":
        return plain.assign(conversions=rows["did"].astype("int64"))
    n = actors.astype("float64").where(actors > 0)
    freedom = n - 1

    def spread(squares: str, first: str, second: str) -> pd.Series:
        left = (rows[squares] - rows[first] * rows[second] / n) / freedom.where(freedom > 0)
        # What is nothing but for the order in which floats were added is nothing.
        return left.where(left.abs() > 1e-12 * (rows[squares].abs() / n + 1e-300), 0.0).where(left.notna())

    known = plain.assign(mean=rows["y"] / n, sd=np.sqrt(spread("yy", "y", "y").clip(lower=0.0)))
    if goal.measured == "mean":
        # Who did something is a result, who was assigned the split.
        return known.assign(assigned=rows["n"].astype("int64"))
    return known.assign(
        before_mean=rows["x"] / n,
        before_sd=np.sqrt(spread("xx", "x", "x").clip(lower=0.0)),
        covariance=spread("xy", "x", "y"),
    )


def read_by(sql: str, told_by: Exposure, measured: str = "") -> str:
    """The statement with the attributes that are meant in their places; without one measured, with none."""
    named = {
        "experiment": told_by.experiment,
        "variant": told_by.variant,
        "goal": told_by.goal,
        "measured": measured,
    }
    return with_fields(sql, **{place: (attribute,) for place, attribute in named.items()})


def judged_by(found: Found, goal: Goal | None) -> Found:
    """The experiment with another goal, where one is given."""
    return found if goal is None else replace(found, declared=replace(found.declared, goal=goal))


def _read_together(found: Found) -> tuple[str, str, str]:
    """Experiments that are alike in this are read by one statement."""
    measured = found.goal.attribute if found.goal.measured in ("sum", "mean") else ""
    return found.told_by.event, found.declared.unit, measured


def _outcomes(view: View, scope: Scope, found: Sequence[Found], *, aimless: bool) -> pd.DataFrame:
    told_by, unit, measured = found[0].told_by, found[0].declared.unit, _read_together(found[0])[2]
    longest = max(each.goal.days for each in found) * DAY
    return view.frame(
        scope,
        read_by(SQL["outcomes"], told_by, measured),
        grain="day",
        exposed=told_by.event,
        of_tenants=unit == "tenant",
        experiments=[each.name for each in found],
        goals=[each.goal.event for each in found],
        measured=[each.goal.measured if aimless or each.goal.event else "nothing" for each in found],
        within=[each.goal.days * DAY // MICROSECOND for each in found],
        any_event=aimless and any(not each.goal.event for each in found),
        since=min(each.first_at for each in found) - longest,
    )
