"""Usage: what each tenant is billed: closed months as they were closed, and what changed since."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd

from analytics.analysis import analysis
from analytics.columns import TENANT, TENANT_ID
from analytics.once import once
from analytics.question import Column
from analytics.scope import Scope
from analytics.usage_calendar import asked, period, read_month, whole_months
from analytics.usage_closed import Closed, Key, closed, differences, still_open, to_bill, until_now
from analytics.usage_counted import COUNTS, FIGURES, FROM, MONTH, TABLES, UNTIL, ZERO, customers
from analytics.view import View

PLAN = Column("plan", "Plan", "text", "The plan of the tenant: now, or when the month was closed.")
KIND = Column(
    "kind", "Line", "text", "A month that is open or closed, or an adjustment of one after it was closed."
)
BILLED = (TENANT_ID, TENANT, PLAN, MONTH, FROM, UNTIL, *FIGURES)
WHY = Column("why", "Why", "text", "Why there is an adjustment.", worded=True)
BILLED_TENANTS = Column("tenants", "Tenants", "count", "Tenants with a line, each once.")
BILLED_MONTHS = Column(
    "months", "Billing months", "count", "The calendar months that the lines are named after."
)
OPEN, CLOSED, ADJUSTMENT, NOT_YET = "open", "closed", "adjustment", "adjustment, not closed yet"
KEPT = ("closed_months", "costs")


def billing(view: View, scope: Scope, month: str | date) -> pd.DataFrame:
    """What each tenant used in the billing month that begins in a calendar month: one row a tenant.

    A closed month is what it was when it was closed; what came to light later is in `months`.
    """
    first = read_month(month)
    shut = closed(view, until_now(scope))
    there = {key: each for key, each in shut.items() if key[1] == f"{first:%Y-%m}"}
    counted = still_open(view, scope, shut, lambda terms: (period(first, terms),))
    counted = to_bill(view, scope, counted)
    lines = [line for line in _lines(view, scope, there, {}) if line["kind"] == CLOSED]
    return _framed(counted, lines, scope)[[column.name for column in BILLED]]


@analysis(
    tables=(*TABLES, *KEPT),
    columns=(TENANT_ID, TENANT, PLAN, MONTH, FROM, UNTIL, KIND, *FIGURES, WHY),
    additive=("messages", "executions", "tokens", "ai_cost_usd", "unpriced_calls", "active_users"),
)
def months(view: View, scope: Scope) -> pd.DataFrame:
    """The billing months of the window: open ones up to now, closed ones as they were closed.

    Of whole calendar months, as the last month is, those named after them; else all that the window touches.
    """
    return once(view, "billing months", scope, (*TABLES, *KEPT), lambda: _months(view, scope))


def _months(view: View, scope: Scope) -> pd.DataFrame:
    shut = closed(view, until_now(scope))
    names = {f"{month:%Y-%m}" for month in whole_months(scope)}
    there = {key: each for key, each in shut.items() if (key[1] in names if names else _touches(each, scope))}
    counted = still_open(view, scope, shut, lambda terms: asked(scope, terms))
    changes = differences(view, scope, there)
    return _framed(to_bill(view, scope, counted), _lines(view, scope, there, changes), scope)


@analysis(
    tables=(*TABLES, *KEPT),
    columns=(BILLED_TENANTS, BILLED_MONTHS, *FIGURES),
)
def total(view: View, scope: Scope) -> pd.DataFrame:
    """What the billing months of the window come to, all lines together, of how many tenants."""
    lines = months(view, scope)
    sums: dict[str, object] = {name: lines[name].sum() for name in lines if name in COUNTS}
    row = {
        **sums,
        "tenants": lines["tenant_id"].nunique(),
        "months": lines["month"].nunique(),
        "execution_seconds": float((lines["execution_seconds"] * 1e6).round().sum()) / 1e6,
        "ai_cost_usd": sum(lines["ai_cost_usd"], ZERO),
    }
    frame = pd.DataFrame([row], columns=[column.name for column in total.columns])
    return frame.astype(dict.fromkeys(("tenants", "months", *sums), "int64") | {"ai_cost_usd": object})


def _touches(each: Closed, scope: Scope) -> bool:
    return each.period.starts_at < scope.end and each.period.ends_at > scope.start


def _lines(
    view: View,
    scope: Scope,
    there: dict[Key, Closed],
    changes: dict[Key, dict[str, Any]],
) -> Iterable[dict[str, Any]]:
    """The lines of closed months: what was written and what will be."""
    known = customers(view, scope) if there else {}
    for (tenant, month), each in there.items():
        name = known[tenant].name if tenant in known else tenant
        for line in each.lines:
            yield {**line, "tenant": name, "kind": ADJUSTMENT if line["line"] else CLOSED}
        if (tenant, month) in changes:
            yield {**each.first, **changes[tenant, month], "tenant": name, "kind": NOT_YET}


def _framed(counted: pd.DataFrame, lines: Iterable[dict[str, Any]], scope: Scope) -> pd.DataFrame:
    """What is counted of open months and the lines of closed ones, with the types of their columns.

    The newest month comes first, each line with its adjustments under it.
    """
    names = [column.name for column in months.columns if column.name != "execution_seconds"]
    names.append("execution_us")
    frame = counted.assign(kind=OPEN, why="")[names]
    if shut := list(lines):
        frame = pd.concat([frame.astype(object), pd.DataFrame(shut, columns=names, dtype=object)])
    texts = ["tenant_id", "tenant", "plan", "month", "kind", "why"]
    frame = frame.astype(
        dict.fromkeys(texts, "str") | dict.fromkeys(COUNTS, "int64") | {"ai_cost_usd": object}
    )
    frame["execution_seconds"] = frame["execution_us"] / 1e6
    for name in ("starts_at", "ends_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True).dt.as_unit("us").dt.tz_convert(scope.timezone)
    frame = frame.sort_values(
        ["month", "tenant", "tenant_id"], ascending=[False, True, True], kind="stable"
    ).reset_index(drop=True)
    return frame[[column.name for column in months.columns]]
