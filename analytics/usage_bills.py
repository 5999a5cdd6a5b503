"""Closed billing months looked at: what each brought in and cost, and whether bills, use and plans agree."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pandas as pd

from analytics.analysis import analysis
from analytics.columns import TENANT, TENANT_ID
from analytics.question import Column
from analytics.scope import Scope
from analytics.usage_calendar import whole_months
from analytics.usage_closed import Closed, Key, closed, differences, until_now
from analytics.usage_counted import AI_COST, FROM, MONTH, TABLES, UNTIL, ZERO, customers
from analytics.usage_plans import LIMITED, in_force
from analytics.view import View

READ = (*TABLES, "closed_months", "costs")
# Of a window that touches no closed month, the last one that ended in so many days before it is shown.
BEFORE = timedelta(days=62)
AGREES, MORE, LESS, OVER = "agrees", "used more than billed", "used less than billed", "over the plan"

PLAN_THEN = Column("plan", "Plan then", "text", "The plan that the tenant was on when the month was closed.")
CLOSED_AT = Column("closed_at", "Closed", "time", "When the month was closed.")
CLOSED_BY = Column("closed_by", "By", "text", "Who closed it.")
EXECUTIONS = Column("executions", "Executions", "count", "Executions, as they were billed.")
MESSAGES = Column("messages", "Messages", "count", "Messages, as they were billed.")
REVENUE = Column("revenue_usd", "Revenue", "usd", "MRR of the month, as it was closed.", "up")
INFRASTRUCTURE = Column(
    "infrastructure_usd", "Infrastructure", "usd", "Cost lines of its own and its part of the others.", "down"
)
MARGIN = Column("margin_usd", "Margin after all", "usd", "Revenue - AI cost - infrastructure.", "up")
MORE_RUNS = Column("executions_since", "Executions since", "count", "What came to light after closing.")
MORE_MESSAGES = Column("messages_since", "Messages since", "count", "What came to light after closing.")
MORE_AI = Column("ai_cost_since", "AI cost since", "usd", "What came to light after closing.")
MORE_REVENUE = Column("revenue_since", "Revenue since", "usd", "What came to light after closing.")
SINCE = {
    "messages": MORE_MESSAGES,
    "executions": MORE_RUNS,
    "ai_cost_usd": MORE_AI,
    "revenue_usd": MORE_REVENUE,
}
CLOSED_MONTHS = Column(
    "closed_months", "Months closed", "count", "Closed billing months, of each tenant its own."
)
WHY = Column("why", "Why", "text", "Why there is a difference.", worded=True)
WHAT = Column("figure", "Figure", "text", "What was billed.")
BILLED = Column("billed", "Billed", "number", "The month as it was closed, with all of its adjustments.")
USED = Column("use_now", "Used", "number", "What the rows of the month come to now.")
OPEN = Column("unbilled", "Not billed", "number", "Used - billed.")
LIMIT = Column("limit", "In the plan", "number", "What the plan allows in a month.")
BEYOND = Column("beyond", "Beyond the plan", "number", "Used beyond that.")
STATE = Column("state", "State", "text", "Whether the three agree.")


@analysis(
    tables=READ,
    columns=(
        TENANT_ID, TENANT, PLAN_THEN, MONTH, FROM, UNTIL, MESSAGES, EXECUTIONS, AI_COST, REVENUE,
        INFRASTRUCTURE, MARGIN, MORE_MESSAGES, MORE_RUNS, MORE_AI, MORE_REVENUE, WHY, CLOSED_AT, CLOSED_BY,
    ),
)  # fmt: skip
def close(view: View, scope: Scope) -> pd.DataFrame:
    """Closed billing months as they were closed, and what has changed since; of each tenant the last ones."""
    there = shown(view, scope)
    changes, known = differences(view, scope, there), customers(view, scope)
    rows: list[dict[str, Any]] = []
    for (tenant, month), each in there.items():
        first, since = each.first, changes.get((tenant, month), {})
        costs = first["infrastructure_usd"]
        row = {
            **first,
            "tenant": known[tenant].name if tenant in known else tenant,
            "margin_usd": None if costs is None else first["revenue_usd"] - first["ai_cost_usd"] - costs,
            "why": "; ".join(filter(None, [*(line["why"] for line in each.lines), since.get("why", "")])),
        }
        for name, column in SINCE.items():
            row[column.name] = each.total(name) - first[name] + since.get(name, ZERO if "usd" in name else 0)
        rows.append(row)
    return typed(pd.DataFrame(rows, columns=[column.name for column in close.columns]), close.columns, scope)


@analysis(
    tables=READ,
    columns=(CLOSED_MONTHS, MESSAGES, EXECUTIONS, AI_COST, REVENUE, INFRASTRUCTURE, MARGIN, *SINCE.values()),
)
def closed_total(view: View, scope: Scope) -> pd.DataFrame:
    """What the closed billing months that are listed come to, and what has come to light since."""
    lines = close(view, scope)
    row: dict[str, object] = {"closed_months": len(lines)}
    for column in closed_total.columns[1:]:
        values = lines[column.name].tolist()
        # One of which nobody told the infrastructure leaves the whole of it unknown.
        row[column.name] = None if None in values else sum(values, ZERO if column.unit == "usd" else 0)
    frame = pd.DataFrame([row], columns=[column.name for column in closed_total.columns])
    kinds = {"count": "int64", "usd": object}
    frame = frame.astype({column.name: kinds[column.unit] for column in closed_total.columns})
    frame.attrs["notes"] = (_in_all(frame),) if len(lines) else ()
    return frame


def _in_all(frame: pd.DataFrame) -> str:
    """135,022 executions and $361.43 of AI as closed, 135,029 and $361.43 with what came to light since."""
    row = cast("dict[str, Any]", frame.to_dict("records")[0])
    runs, cost = row["executions"], row["ai_cost_usd"]
    return (
        f"{runs:,} executions and ${cost:,.2f} of AI as they were closed; {runs + row['executions_since']:,} "
        f"and ${cost + row['ai_cost_since']:,.2f} with what came to light since, as Billable use lists them."
    )


@analysis(
    tables=READ,
    columns=(TENANT_ID, TENANT, PLAN_THEN, MONTH, WHAT, BILLED, USED, OPEN, LIMIT, BEYOND, STATE),
)
def reconcile(view: View, scope: Scope) -> pd.DataFrame:
    """Closed billing months: what was billed beside what was used and the plan, what differs first."""
    there = shown(view, scope)
    changes, known = differences(view, scope, there), customers(view, scope)
    rows: list[dict[str, Any]] = []
    for (tenant, month), each in there.items():
        customer = known.get(tenant)
        limits = in_force().limits(each.first["plan"], customer.limits if customer else "")
        for what in limits or {"executions": 0}:
            billed = _figure(each, what)
            used = billed + _amount(changes.get((tenant, month), {}), what)
            limit = limits.get(what)
            rows.append(
                {
                    "tenant_id": tenant,
                    "tenant": customer.name if customer else tenant,
                    "plan": each.first["plan"],
                    "month": month,
                    "figure": LIMITED[what],
                    "billed": billed,
                    "use_now": used,
                    "unbilled": used - billed,
                    "limit": limit,
                    "beyond": None if limit is None else max(0.0, used - limit),
                    "state": _state(used - billed, 0.0 if limit is None else used - limit),
                }
            )
    columns = reconcile.columns
    frame = typed(pd.DataFrame(rows, columns=[column.name for column in columns]), columns, scope)
    agrees = frame["state"] == AGREES
    return frame.loc[agrees.sort_values(kind="stable").index].reset_index(drop=True)


def shown(view: View, scope: Scope) -> dict[Key, Closed]:
    """The closed months that ended in the window, and of each tenant the last one shortly before it.

    Of whole calendar months those named after them.
    """
    names = {f"{month:%Y-%m}" for month in whole_months(scope)}
    if names:
        return {key: each for key, each in closed(view, until_now(scope)).items() if key[1] in names}
    found = {
        key: each for key, each in closed(view, scope).items() if each.period.ends_at > scope.start - BEFORE
    }
    last: dict[str, Any] = {}
    for (tenant, _), each in found.items():
        last[tenant] = max(each.period.ends_at, last.get(tenant, each.period.ends_at))
    return {
        key: each
        for key, each in found.items()
        if each.period.ends_at > scope.start or each.period.ends_at == last[key[0]]
    }


def typed(frame: pd.DataFrame, columns: tuple[Column, ...], scope: Scope) -> pd.DataFrame:
    """The rows with the types of their columns, the newest month first."""
    kinds = {"text": "str", "count": "int64", "number": "float64", "usd": object}
    frame = frame.astype({each.name: kinds[each.unit] for each in columns if each.unit in kinds})
    for each in columns:
        if each.unit == "time":
            moments = pd.to_datetime(frame[each.name], utc=True)
            frame[each.name] = moments.dt.as_unit("us").dt.tz_convert(scope.timezone)
    return frame.sort_values(
        ["month", "tenant", "tenant_id"], ascending=[False, True, True], kind="stable"
    ).reset_index(drop=True)


def _figure(each: Closed, what: str) -> float:
    return _amount({name: each.total(name) for name in each.first if name in COUNTED}, what)


COUNTED = ("messages", "executions", "execution_us", "tokens", "ai_cost_usd", "active_users")


def _amount(figures: dict[str, Any], what: str) -> float:
    """What is limited, among the figures of a line."""
    if what == "execution_seconds":
        return cast("int", figures.get("execution_us", 0)) / 1e6
    return float(figures.get(what, 0))


def _state(unbilled: float, beyond: float) -> str:
    if unbilled:
        return MORE if unbilled > 0 else LESS
    return OVER if beyond > 0 else AGREES
