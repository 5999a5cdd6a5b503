"""Use against limits: one billing month of each tenant, where it will end, and the plan that fits.

What a tenant may use is what its own row says (`tenants.limits`), else what its plan does (`usage_plans`).
The month is the one that the bills beside it are of (`told_month`): counted up to now, and final once it is
over. People are not projected: most of a month's people are seen in its first days.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from math import ceil
from typing import Any, cast

import numpy as np
import pandas as pd

from analytics.analysis import analysis
from analytics.columns import TENANT, TENANT_ID
from analytics.question import Column
from analytics.scope import Scope
from analytics.settings import AT_LIMIT, LIMIT_HITS, LIVE, MESSAGE_EVENTS, NEAR_LIMIT
from analytics.sql import blocks
from analytics.usage_calendar import Period, Terms, period_at, told_month, whole_months
from analytics.usage_counted import MONTH, PLAN, TABLES, Customer, clocks, customers, used
from analytics.usage_limits_words import of_which, told
from analytics.usage_messages import as_values, counted_by_counters
from analytics.usage_plans import LIMITED, Limits, in_force
from analytics.usage_projection import DAY, HISTORY_DAYS, Projection, passes_at, project
from analytics.view import View
from analytics.zones import MICROSECOND, day_start, naive

SQL = blocks(__file__)
PROJECTED = ("messages", "executions", "execution_seconds", "tokens", "ai_cost_usd")
# What is added up in parts: microseconds, billionths of a dollar.
UNITS = {"execution_seconds": 10**6, "ai_cost_usd": 10**9}
NANO = Decimal("0.000000001")
# What is made of a limit, the worst first.
STATES = ("over the limit", "will pass it", "over 80 %", "within")
WITHIN = STATES[2:]

WHAT = Column("figure", "Limited", "text", "What the limit is of.")
USED = Column("use", "Used", "number", "Use since the billing month began, up to now or to its end.")
LIMIT = Column("limit", "Limit", "number", "What the tenant may use in a billing month.")
SHARE = Column("share", "Of the limit", "ratio", "Used / limit.", "down")
BEFORE = Column(
    "share_before", "Month before", "ratio", "Used in the whole billing month before / today's limit.", "down"
)
OF_WHOM = replace(PLAN, definition=f"{PLAN.definition} own limit: the tenant's, not that of its plan.")
OWN = "{}, own limit"
STATE = Column(
    "state", "State", "text", "Over the limit, going to pass it this month, over 80 % of it, or within it."
)
PROJECTED_USE = Column(
    "projected",
    "At the month's end",
    "number",
    "Use at the month's end if it goes on as in the last 28 days; empty once the month is over.",
)
LOW = Column("low", "At least", "number", "One month in ten ends below this.")
HIGH = Column("high", "At most", "number", "One month in ten ends above this.")
NEAR_AT = Column("near_at", "80 % reached", "time", "When 80 % of the limit were used.")
PASSES_AT = Column("passes_at", "Limit reached", "time", "When the limit was reached, or is going to be.")
HITS = Column(
    "limit_hits", "Limit hits", "count", "Events of the month that say that the tenant was stopped."
)
FITS = Column(
    "fits", "Plan that fits", "text", "The smallest larger plan that holds the use at the month's end."
)
RAN = Column("executions", "Executions used", "count", "Executions since the billing month began.")
MAY_RUN = Column("limit", "Limit", "count", "Executions that a billing month may have.")
OF_PLAN = Column("share", "Of the limit", "ratio", "Executions used / limit.", "down")
SAID = Column("said", "What to say", "text", "The date, the use and the plan in a sentence.")
ENDS = Column("ends_at", "Month ends", "time", "When the billing month ends, by the tenant's day and clock.")
COLUMNS = (
    TENANT_ID, TENANT, OF_WHOM, WHAT, USED, LIMIT, SHARE, BEFORE, STATE, PROJECTED_USE, LOW, HIGH, NEAR_AT,
    PASSES_AT, MONTH, ENDS, HITS, FITS,
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """A tenant's month: its use so far, the use of the last days, newest first, and its end.

    `now` is the end of a month that is over: nothing of it is to come.
    """

    tenant: Customer
    limits: Limits
    use: Limits
    daily: dict[str, list[float]]
    month: str
    starts_at: datetime
    ends_at: datetime
    now: datetime
    before: Limits = field(default_factory=dict[str, float])

    @property
    def final(self) -> bool:
        """Whether the month is over."""
        return self.now >= self.ends_at

    @cached_property
    def projected(self) -> dict[str, Projection | None]:
        """Where the use of what is limited will stand at the month's end."""
        return {what: self.ending(what) for what in self.limits}

    def ending(self, what: str) -> Projection | None:
        """Where a figure will stand at the month's end; None of a month that is over, or of too few days."""
        if self.final:
            return None
        return project(self.daily.get(what, []), self.use[what], self.now, self.ends_at)

    def state(self, what: str) -> str:
        """What is made of a limit."""
        share, end = self.use[what] / self.limits[what], self.projected[what]
        if share >= AT_LIMIT:
            return STATES[0]
        if end is not None and end.middle >= self.limits[what]:
            return STATES[1]
        return STATES[2] if share >= NEAR_LIMIT else STATES[3]

    def passes_at(self, what: str) -> datetime | None:
        """When a limit that is not reached yet is going to be."""
        return passes_at(self.daily.get(what, []), self.use[what], self.limits[what], self.now, self.ends_at)

    @cached_property
    def fits(self) -> str:
        """The plan that would hold what is projected, where the tenant's own does not."""
        if all(self.state(what) in WITHIN for what in self.limits):
            return ""
        use = dict(self.use)
        for what in LIMITED:
            end = self.ending(what)
            use[what] = self.use[what] if end is None else end.middle
        found = in_force().fitting(self.tenant.plan, self.limits, use)
        return found.name if found else ""


@analysis(tables=TABLES, columns=COLUMNS)
def entitlements(view: View, scope: Scope) -> pd.DataFrame:
    """Use in a billing month of each tenant that is one against its limits, the fullest first."""
    left = _left(view, scope)
    known = [each for each in running(view, scope, beside=True) if each.tenant.tenant_id not in left]
    reached = _reached(view, scope, known)
    hits = _hits(view, scope, known)
    rows = [
        _row(each, what, reached, hits.get(each.tenant.tenant_id, 0))
        for each in known
        for what in each.limits
    ]
    frame = _typed(pd.DataFrame(rows, columns=[column.name for column in COLUMNS]), scope)
    frame.attrs["notes"] = of_which(known, scope)
    return frame


@analysis(tables=TABLES, columns=(RAN, MAY_RUN, OF_PLAN))
def plan_usage(view: View, scope: Scope) -> pd.DataFrame:
    """Executions in a billing month of the tenants that have a limit of them, and the limit."""
    known = [each for each in running(view, scope) if "executions" in each.limits]
    ran = int(sum(each.use["executions"] for each in known))
    may_run = int(sum(each.limits["executions"] for each in known))
    share = ran / may_run if may_run else float("nan")
    frame = pd.DataFrame({"executions": [ran], "limit": [may_run], "share": [share]})
    frame.attrs["notes"] = of_which(known, scope)
    return frame


@analysis(tables=TABLES, columns=(TENANT_ID, TENANT, WHAT, PASSES_AT, FITS, SAID))
def upsell(view: View, scope: Scope) -> pd.DataFrame:
    """Tenants that reached a limit or will before their billing month ends, and the plan that would fit."""
    frame = entitlements(view, scope)
    frame = frame[~frame["state"].isin(WITHIN)]
    reached = cast("list[dict[str, Any]]", frame.to_dict("records"))
    said = [told(row, scope, over=row["state"] == STATES[0]) for row in reached]
    frame = frame.assign(said=pd.Series(said, frame.index, dtype="str"))
    return frame.sort_values(["passes_at", "tenant"]).reset_index(drop=True)[
        [column.name for column in upsell.columns]
    ]


def running(view: View, scope: Scope, *, projecting: bool = True, beside: bool = False) -> list[Known]:
    """What is known of the month of each tenant that has a limit; its end, and the month before it, where
    these are asked for.
    """
    now = scope.present
    tenants = customers(view, scope)
    found = used(view, scope, lambda terms: (told_month(scope, terms),), tenants)
    goes_on = bool((found["ends_at"] > now).any())
    daily = _daily(view, scope) if projecting and goes_on else {}
    earlier = _before(view, scope, tenants) if beside else {}
    use = zip(*(found[what].astype("float64").tolist() for what in LIMITED), strict=True)
    begins, ends = (found[name].dt.to_pydatetime() for name in ("starts_at", "ends_at"))
    known: list[Known] = []
    names, months = found["tenant_id"].tolist(), found["month"].tolist()
    for name, month, figures, begun, end in zip(names, months, use, begins, ends, strict=True):
        tenant = tenants.get(name)
        limits = in_force().limits(tenant.plan, tenant.limits) if tenant else {}
        if tenant is None or not limits:
            continue
        so_far = dict(zip(LIMITED, figures, strict=True))
        last = earlier.get(name, {})
        until = min(now, end)
        known.append(Known(tenant, limits, so_far, daily.get(name, {}), month, begun, end, until, last))
    return known


def _before(view: View, scope: Scope, tenants: dict[str, Customer]) -> dict[str, Limits]:
    """Of each tenant what it used in the billing month before the one that is told."""

    def month_before(terms: Terms) -> tuple[Period]:
        return (period_at(told_month(scope, terms).starts_at - MICROSECOND, terms),)

    found = used(view, scope, month_before, tenants)
    use = zip(*(found[what].astype("float64").tolist() for what in LIMITED), strict=True)
    return {
        name: dict(zip(LIMITED, each, strict=True))
        for name, each in zip(found["tenant_id"], use, strict=True)
    }


def _left(view: View, scope: Scope) -> frozenset[str]:
    """The tenants that held a subscription once, and held none that was live any more when the month began
    that the window is named after, or of another window at its end.
    """
    named = whole_months(scope)
    begun = day_start(named[-1], scope.timezone) if named and scope.end < scope.present else scope.end
    until = replace(scope, now=min(begun, scope.present))
    return frozenset(view.frame(until, SQL["left"], live=list(LIVE), until=naive(until.present))["tenant_id"])


def _daily(view: View, scope: Scope) -> dict[str, dict[str, list[float]]]:
    """Of each tenant the use of its last days, the newest first: since it is known, at most 28 of them."""
    until = scope.present
    frame = view.frame(
        scope,
        SQL["daily"],
        since=naive(until - HISTORY_DAYS * DAY),
        until=naive(until),
        messages=list(MESSAGE_EVENTS),
    )
    frame = _with_counters(view, scope, frame)
    codes, names = pd.factorize(frame["tenant_id"])
    begun = frame.groupby(codes)["first_at"].min()
    young = [
        str(name) for name, first in zip(names, begun, strict=True) if until - first < HISTORY_DAYS * DAY
    ]
    since = naive(until - HISTORY_DAYS * DAY)
    older = view.frame(scope, SQL["earlier"], since=since, tenants=young)["tenant_id"] if young else ()
    known_before = set(older)
    values = np.zeros((len(names), HISTORY_DAYS + 1, len(PROJECTED)))
    days_back = frame["back"].to_numpy(dtype="int64")
    np.add.at(values, (codes, days_back), frame[list(PROJECTED)].to_numpy(dtype="float64"))
    found: dict[str, dict[str, list[float]]] = {}
    for place, (name, first) in enumerate(zip(names, begun, strict=True)):
        # The day it came in is no whole one.
        days = HISTORY_DAYS if name in known_before else max(1, min(HISTORY_DAYS, (until - first) // DAY))
        found[str(name)] = {what: values[place, :days, at].tolist() for at, what in enumerate(PROJECTED)}
    return found


def _with_counters(view: View, scope: Scope, frame: pd.DataFrame) -> pd.DataFrame:
    """The use of the last days with rows of what counters tell of."""
    until = scope.present
    found = counted_by_counters(view, scope, until - HISTORY_DAYS * DAY, until, clocks(view, scope))
    if found.empty:
        return frame
    more = found.assign(back=(until - MICROSECOND - found["last_at"]) // DAY, first_at=found["last_at"])
    zeros = dict.fromkeys((name for name in PROJECTED if name != "messages"), 0.0)
    return pd.concat([frame, more.assign(**zeros)[frame.columns]], ignore_index=True)


def _reached(view: View, scope: Scope, known: list[Known]) -> dict[tuple[str, str, float], datetime]:
    """When each tenant reached 80 % and 100 % of each limit, where it did."""
    marks = [
        (each, what, share * each.limits[what])
        for each in known
        for what in each.limits
        for share in (NEAR_LIMIT, AT_LIMIT)
        if each.use[what] >= share * each.limits[what]
    ]
    if not marks:
        return {}
    first = min(each.starts_at for each, _, _ in marks)
    until = max(each.now for each, _, _ in marks)
    zones = {each.tenant.tenant_id: each.tenant.terms.timezone for each in known}
    by_counters = counted_by_counters(view, replace(scope, now=until), first, until, zones)
    frame = view.frame(
        replace(scope, now=until),
        SQL["reached"],
        tenants=[each.tenant.tenant_id for each, _, _ in marks],
        whats=[what for _, what, _ in marks],
        starts=[naive(each.starts_at) for each, _, _ in marks],
        sizes=[mark for _, _, mark in marks],
        units=[
            ceil(Decimal(repr(float(mark))).quantize(NANO) * UNITS.get(what, 1)) for _, what, mark in marks
        ],
        people=any(what == "active_users" for _, what, _ in marks),
        first=naive(first),
        until=naive(until),
        messages=list(MESSAGE_EVENTS),
        **as_values(
            by_counters[by_counters["tenant_id"].isin({each.tenant.tenant_id for each, _, _ in marks})]
        ),
    )
    return {
        (row["tenant_id"], row["what"], float(row["mark"])): row["reached_at"].to_pydatetime()
        for row in cast("list[dict[str, pd.Timestamp]]", frame.to_dict("records"))
    }  # pyright: ignore[reportReturnType]


def _hits(view: View, scope: Scope, known: list[Known]) -> dict[str, int]:
    """How often the tenants were stopped by a limit, by what events say."""
    if not known:
        return {}
    frame = view.frame(
        scope,
        SQL["hits"],
        tenants=[each.tenant.tenant_id for each in known],
        starts=[naive(each.starts_at) for each in known],
        first=naive(min(each.starts_at for each in known)),
        ends=[naive(each.now) for each in known],
        until=naive(max(each.now for each in known)),
        limits=list(LIMIT_HITS),
    )
    return dict(zip(frame["tenant_id"], frame["hits"], strict=True))


def _row(
    each: Known, what: str, reached: dict[tuple[str, str, float], datetime], hits: int
) -> dict[str, object]:
    limit, end = each.limits[what], each.projected[what]
    whose = each.tenant.tenant_id
    over = each.use[what] >= limit
    return {
        "tenant_id": whose,
        "tenant": each.tenant.name,
        "plan": _whose(each, what),
        "figure": LIMITED[what],
        "use": each.use[what],
        "limit": limit,
        "share": each.use[what] / limit,
        "share_before": each.before.get(what, float("nan")) / limit,
        "state": each.state(what),
        "projected": None if end is None else end.middle,
        "low": None if end is None else end.low,
        "high": None if end is None else end.high,
        "near_at": reached.get((whose, what, NEAR_LIMIT * limit)),
        "passes_at": reached.get((whose, what, AT_LIMIT * limit)) if over else each.passes_at(what),
        "month": each.month,
        "ends_at": each.ends_at,
        "limit_hits": hits,
        "fits": each.fits,
    }


def _whose(each: Known, what: str) -> str:
    """The plan; of a limit that is not the plan's with a word of it."""
    plan = each.tenant.plan
    if not in_force().is_own(plan, what, each.limits[what]):
        return plan
    return OWN.format(plan) if plan else OWN.removeprefix("{}, ")


def _typed(frame: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    """The rows with the types of their columns, also where there is none."""
    kinds = {"number": "float64", "ratio": "float64", "count": "int64", "text": "str"}
    frame = frame.astype({column.name: kinds[column.unit] for column in COLUMNS if column.unit in kinds})
    for column in COLUMNS:
        if column.unit == "time":
            moments = pd.to_datetime(frame[column.name], utc=True)
            frame[column.name] = moments.dt.as_unit("us").dt.tz_convert(scope.timezone)
    order = ["share", "tenant", "tenant_id", "figure"]
    return frame.sort_values(order, ascending=[False, True, True, True]).reset_index(drop=True)
