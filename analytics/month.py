"""The running month: what it cost so far, where it will end, and whether budgets hold.

The month is the local one that holds the end of the window. Days to come are expected to be as their days of
the week were in the four weeks before (`analytics.usage_projection`). Days are counted back from the moment
itself and not from midnight, so a day that has begun says neither too little nor too much. How far such
projections were off is tried on months that are over: one at each of their days, with what was known then.
The range is widened until it would have held eight of ten of these.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import ceil

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics import forecast
from analytics.analysis import analysis
from analytics.budgets import Budget, in_force
from analytics.question import Column
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.usage_projection import HISTORY_DAYS, Projection, passes_at, project
from analytics.view import View
from analytics.zones import day_start, month_before, month_start, naive, next_month, zone

SQL = blocks(__file__)
Floats = npt.NDArray[np.float64]
DAY = timedelta(days=1)
QUARTER = 900.0
# So many months that are over are looked at, beside the days before the first of them.
TRIED_MONTHS = 3
INSIDE = 0.8
# No range is narrower: days that are all alike still do not end alike.
NARROWEST = 0.001
# From this share on a budget is nearly spent, where nothing says how the month goes on.
NEAR = 0.8


def usd(name: str, label: str, definition: str) -> Column:
    """A column of dollars."""
    return Column(name, label, "usd", definition, "down")


SPENT = usd("spent_usd", "Month to date", "What the month cost so far.")
PROJECTED = usd("projected_usd", "Projected", "What the month will have cost at its end.")
LOW = usd("projected_usd_low", "At least", "Eight of ten months end above it.")
HIGH = usd("projected_usd_high", "At most", "Eight of ten months end below it.")
BEFORE = usd("before_usd", "Month before", "What the month before cost.")
CHANGE = Column("change", "Change", "ratio", "Projected / month before - 1.", "down")
OF_MONTH = (SPENT, PROJECTED, LOW, HIGH, BEFORE, CHANGE)
OF_BUDGET = (
    Column("what", "Budget", "text", "What the budget is for."),
    usd("budget_usd", "A month", "The budget of a month."),
    SPENT,
    Column("used", "Used", "ratio", "Month to date / budget.", "down"),
    PROJECTED,
    Column("runs_out_at", "Runs out", "time", "When it is expected to be spent; nothing where it lasts."),
    Column("state", "State", "text", "What is to be expected."),
)


@dataclass(frozen=True)
class Month:
    """A local month up to a moment in it."""

    begins: datetime
    ends: datetime
    until: datetime

    @classmethod
    def of(cls, scope: Scope) -> Month:
        """The month that holds the last moment of a window."""
        until = min(scope.end, scope.present)
        first = month_start((until - timedelta(microseconds=1)).astimezone(zone(scope.timezone)).date())
        return cls(*whole(first, scope.timezone), until)

    @property
    def read_since(self) -> datetime:
        """From when rows are read: the months that projections are tried on, and the days before them."""
        return self.begins - timedelta(days=31 * TRIED_MONTHS + HISTORY_DAYS + 3)


def whole(first: date, timezone: str) -> tuple[datetime, datetime]:
    """When the month of a first day begins and ends."""
    return day_start(first, timezone), day_start(next_month(first), timezone)


@analysis(tables=("llm_calls",), columns=OF_MONTH)
def ai(view: View, scope: Scope) -> pd.DataFrame:
    """What AI cost this month so far, and what it will have cost at its end."""
    return looked_at(view, scope, "ai_quarters")


@analysis(tables=("costs",), columns=OF_MONTH)
def platform(view: View, scope: Scope) -> pd.DataFrame:
    """What the platform cost this month so far, and what it will have cost at its end."""
    return looked_at(view, scope, "platform_quarters")


@analysis(tables=("llm_calls",), columns=OF_BUDGET)
def ai_budgets(view: View, scope: Scope) -> pd.DataFrame:
    """AI cost of the month against each budget: of all, of a tenant, a feature or a model."""
    return budgets(view, scope, "ai_days", [each for each in in_force() if each.category is None])


@analysis(tables=("costs",), columns=OF_BUDGET)
def platform_budgets(view: View, scope: Scope) -> pd.DataFrame:
    """Costs of the platform in this month against the budget of each category."""
    return budgets(view, scope, "platform_days", [each for each in in_force() if each.category is not None])


class Course:
    """What was spent up to each quarter of an hour, from the first one that is known."""

    def __init__(self, quarters: pd.DataFrame, until: datetime) -> None:
        # Days are counted back by whole quarters, as the blocks of days do: both say the same.
        starts = quarters["quarter"].to_numpy().astype(np.float64) * QUARTER
        # The last quarter may not be over, but what is known of it was spent.
        self._at = np.minimum(starts + QUARTER, until.timestamp())
        self._sum = np.cumsum(quarters["amount"].astype("float64").to_numpy())
        self.begins = float(starts[0]) if len(starts) else float("inf")

    def spent(self, since: datetime, until: datetime) -> float:
        """What was spent between two moments."""
        return self._upto(until) - self._upto(since)

    def daily(self, until: datetime) -> list[float]:
        """What the whole days before a moment cost, counted back from it, the newest first."""
        if self.begins == float("inf"):
            return []
        known = max(0, min(HISTORY_DAYS, int((until.timestamp() - self.begins) // DAY.total_seconds())))
        return [self.spent(until - (back + 1) * DAY, until - back * DAY) for back in range(known)]

    def _upto(self, moment: datetime) -> float:
        place = int(np.searchsorted(self._at, moment.timestamp(), side="right"))
        return float(self._sum[place - 1]) if place else 0.0


@dataclass(frozen=True)
class Tried:
    """How far projections of the past were off, as a mean share, and what part a range holds.

    `of_rest` is what eight of ten were off by at most, as a part of what was then still to come.
    """

    trials: int
    error: float
    inside: float
    of_rest: float


def looked_at(view: View, scope: Scope, block: str) -> pd.DataFrame:
    """The running month of one kind of cost, with how sure that is."""
    month = Month.of(scope)
    first = month.read_since
    quarters = view.frame(
        replace(scope, start=min(scope.start, first)),
        SQL[block],
        since=naive(first),
        until=naive(month.until),
    )
    course = Course(quarters, month.until)
    used = course.spent(month.begins, month.until)
    tried = backtest(course, month, scope.timezone)
    found = wider(project(course.daily(month.until), used, month.until, month.ends), used, tried)
    last = whole(month_before(month.begins.astimezone(zone(scope.timezone)).date()), scope.timezone)
    before = course.spent(*last) if course.begins <= last[0].timestamp() else None
    row = {"spent_usd": dollars(used), **ends_of(found), "before_usd": dollars(before)}
    change = found.middle / before - 1 if found and before else float("nan")
    frame = pd.DataFrame(
        {**{name: pd.Series([each], dtype=object) for name, each in row.items()}, "change": [change]}
    )
    frame.attrs["notes"] = tuple(
        each for each in (said(found, tried), reach(quarters, scope.timezone)) if each
    )
    return frame


def reach(rows: pd.DataFrame, timezone: str) -> str:
    """Known until 26 Nov 23:00: what came later is not told yet, and counts as nothing."""
    if rows.empty:
        return ""
    newest = pd.Timestamp(rows["newest"].max()).tz_convert(timezone)
    return f"Known until {newest:%-d %b %H:%M}, the newest row."


def backtest(course: Course, month: Month, timezone: str) -> Tried | None:
    """One projection at each day of the months that are over; None where there is none to try."""
    missed, of_rest = list[float](), list[float]()
    first = month_before(month.begins.astimezone(zone(timezone)).date())
    # At the same time of day, as of the last day of a month a part is left.
    past_midnight = month.until - day_start(month.until.astimezone(zone(timezone)).date(), timezone)
    for _ in range(TRIED_MONTHS):
        begins, ends = whole(first, timezone)
        came = course.spent(begins, ends)
        moment = begins + 3 * DAY + past_midnight
        while moment < ends - DAY and came > 0:
            known = course.daily(moment)
            made = project(known, course.spent(begins, moment), moment, ends)
            if made is not None and course.begins <= begins.timestamp() and len(known) >= HISTORY_DAYS // 2:
                missed.append(abs(made.middle - came) / came)
                rest = made.middle - course.spent(begins, moment)
                of_rest.append(abs(made.middle - came) / max(rest, NARROWEST * came))
            moment += DAY
        first = month_before(first)
    if not missed:
        return None
    held = float(np.sort(np.array(of_rest))[ceil(INSIDE * len(of_rest)) - 1])
    inside = float(np.mean([each <= held for each in of_rest]))
    return Tried(len(missed), float(np.mean(missed)), inside, held)


def wider(found: Projection | None, used: float, tried: Tried | None) -> Projection | None:
    """A projection with the range that would have held eight of ten in the past."""
    if found is None or tried is None:
        return found
    reach = max(found.high - found.middle, tried.of_rest * (found.middle - used))
    return Projection(found.middle, max(used, found.middle - reach), found.middle + reach)


def said(found: Projection | None, tried: Tried | None) -> str:
    """58 projections of past months were off by 4.1% on average; 83% ended in such a range."""
    if found is None:
        return "It takes three whole days to say where the month will end."
    if tried is None:
        return "No month is over yet by which the projection could be tried."
    return (
        f"{tried.trials} projections of past months were off by {tried.error:.1%} on average; "
        f"{tried.inside:.0%} ended in such a range."
    )


def budgets(view: View, scope: Scope, block: str, wanted: list[Budget]) -> pd.DataFrame:
    """Each budget with what was spent of it; one of a tenant without any row is left out."""
    month = Month.of(scope)
    first = month.read_since
    days = view.frame(
        replace(scope, start=min(scope.start, first)),
        SQL[block],
        since=naive(first),
        until=naive(month.until),
        begins=naive(month.begins),
        most=HISTORY_DAYS,
    )
    days["amount"] = days["amount"].astype("float64")
    known = known_days(days, month.until)
    rows = [of_budget(each, days[each.holds(days)], month, known) for each in wanted
            if each.tenant is None or each.holds(days).any()]  # fmt: skip
    frame = pd.DataFrame(rows, columns=[column.name for column in OF_BUDGET])
    kinds = {"text": "str", "usd": object, "ratio": "float64", "time": f"datetime64[us, {scope.timezone}]"}
    frame["runs_out_at"] = pd.to_datetime(frame["runs_out_at"], utc=True).dt.tz_convert(scope.timezone)
    frame = frame.astype({column.name: kinds[column.unit] for column in OF_BUDGET})
    frame.attrs["notes"] = tuple(each for each in (reach(days, scope.timezone),) if each)
    return frame


def known_days(days: pd.DataFrame, until: datetime) -> int:
    """How many whole days are known, of those that projections look at, as `Course.daily` counts them."""
    if days.empty:
        return 0
    begins = float(days["oldest_quarter"].min()) * QUARTER
    return min(HISTORY_DAYS, int((until.timestamp() - begins) // DAY.total_seconds()))


def of_budget(budget: Budget, days: pd.DataFrame, month: Month, known: int) -> dict[str, object]:
    """One budget against the month."""
    used = float(days.loc[days["in_month"], "amount"].sum())
    by_day = days.groupby("back")["amount"].sum()
    daily = [float(by_day.get(back, 0.0)) for back in range(known)]
    limit = float(budget.usd)
    found = project(daily, used, month.until, month.ends)
    out = passes_at(daily, used, limit, month.until, month.ends) if used < limit else None
    return {
        "what": budget.label,
        "budget_usd": budget.usd,
        "spent_usd": dollars(used),
        "used": used / limit,
        "projected_usd": ends_of(found)["projected_usd"],
        "runs_out_at": out,
        "state": state(used / limit, runs_out=out is not None, projected=found is not None),
    }


def state(used: float, *, runs_out: bool, projected: bool) -> str:
    """What is to be expected of a budget; one that is projected to last is not nearly spent."""
    if used >= 1:
        return "spent"
    if runs_out:
        return "will run out"
    return "nearly spent" if used >= NEAR and not projected else "lasts"


def ends_of(found: Projection | None) -> dict[str, Decimal | None]:
    """A projection as dollars; nothing where none was made."""
    ends = (None, None, None) if found is None else (found.middle, found.low, found.high)
    return {column.name: dollars(each) for column, each in zip((PROJECTED, LOW, HIGH), ends, strict=True)}


def dollars(value: float | None) -> Decimal | None:
    """A number as dollars and cents."""
    return None if value is None else forecast.dollars(value)
