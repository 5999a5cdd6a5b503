"""Unit economics: what each tenant pays, what its AI and its part of the infrastructure cost, what remains.

- Revenue is the MRR by the part of each month during which it held: a whole month at one price is that price.
- Cost lines that name a tenant are its own. Those that name none are shared: each is split by the execution
  times of its calendar month (UTC), in billionths of a dollar, so that all parts are exactly the line.
- Only who sees all tenants, without a filter, can split: for others the shared part is not known, nor is what
  remains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import pandas as pd

from analytics.analysis import analysis
from analytics.columns import TENANT, TENANT_ID
from analytics.question import Column
from analytics.scope import AllTenants, Scope
from analytics.settings import COSTS_ELSEWHERE, PAYING
from analytics.sql import blocks
from analytics.usage_counted import AI_COST, PLAN, ZERO, customers
from analytics.view import View
from analytics.whole_customers import of_tenants_alone
from analytics.zones import MICROSECOND, bucket_end, bucket_starts, day_start, month_start, naive, next_month

SQL = blocks(__file__)
TABLES = ("subscriptions", "costs", "runs", "llm_calls", "tenants")
NOBODY = "no tenant"

REVENUE = Column(
    "revenue_usd", "Revenue", "usd", "MRR, by the part of each month during which it held.", "up"
)
OWN_COST = Column("own_usd", "Own infrastructure", "usd", "Cost lines that name the tenant.", "down")
SHARED = Column(
    "shared_usd",
    "Shared infrastructure",
    "usd",
    "Its part of all other cost lines, by execution time.",
    "down",
)
TIME_SHARE = Column(
    "time_share", "Share of execution time", "ratio", "Its execution time in the window / all of it."
)
MARGIN = Column("margin_usd", "Margin after all", "usd", "Revenue - AI cost - infrastructure.", "up")
MARGIN_RATE = Column("margin_rate", "Of revenue", "ratio", "Margin / revenue.", "up")


@dataclass(frozen=True)
class Stretch:
    """A part of a month whose money is asked for, for tenants of these terms; `length_us` is the month's."""

    terms: int
    month: str
    starts_at: datetime
    ends_at: datetime
    length_us: int


@dataclass(frozen=True)
class Money:
    """Revenue and costs by tenant and month; what is not there is 0.

    `splits`: who asks may see all cost lines, and there is a shared one, or lines of a company of several
    tenants, which name their tenant all: where nobody told of any, nothing is known.
    """

    revenue: dict[tuple[str, str], Decimal]
    shared: dict[tuple[str, str], Decimal]
    own: dict[tuple[str, str], Decimal]
    splits: bool


@analysis(
    tables=TABLES,
    columns=(
        TENANT_ID, TENANT, PLAN, REVENUE, AI_COST, OWN_COST, SHARED, TIME_SHARE, MARGIN, MARGIN_RATE
    ),
    additive=("revenue_usd", "ai_cost_usd", "own_usd"),
)  # fmt: skip
def unit_economics(view: View, scope: Scope) -> pd.DataFrame:
    """What each tenant paid and cost over the window, the smallest margin first; what is nobody's last."""
    of_tenants_alone(scope)
    found = money(view, scope, {}, months_of(scope))
    calls, times = view.frame(scope, SQL["calls"]), view.frame(scope, SQL["times"])
    ai = dict(zip(calls["tenant_id"], calls["ai_cost_usd"], strict=True))
    spent = dict(zip(times["tenant_id"], times["spent_us"], strict=True))
    known, all_spent = customers(view, scope), sum(spent.values())
    earned, shares, owned = (of_tenants(each) for each in (found.revenue, found.shared, found.own))
    rows: list[dict[str, Any]] = []
    for name in sorted({*earned, *shares, *owned, *ai, *spent}):
        revenue, shared, own = (each.get(name, ZERO) for each in (earned, shares, owned))
        margin = revenue - ai.get(name, ZERO) - own - shared if found.splits else None
        rows.append(
            {
                "tenant_id": name,
                "tenant": (known[name].name if name in known else name) or NOBODY,
                "plan": known[name].plan if name in known else "",
                "revenue_usd": revenue,
                "ai_cost_usd": ai.get(name, ZERO),
                "own_usd": own,
                "shared_usd": shared if found.splits else None,
                "time_share": spent.get(name, 0.0) / all_spent
                if all_spent and found.splits
                else float("nan"),
                "margin_usd": margin,
                "margin_rate": float(margin / revenue) if margin is not None and revenue else float("nan"),
            }
        )
    names = [column.name for column in unit_economics.columns]
    frame = pd.DataFrame(rows, columns=names)
    frame["order"] = [float(Decimal(0) if pd.isna(each) else each) for each in frame["margin_usd"]]
    frame["nobody"] = frame["tenant_id"] == ""
    frame = frame.sort_values(["nobody", "order", "tenant", "tenant_id"]).reset_index(drop=True)[names]
    return frame.astype(
        {
            "tenant_id": "str",
            "tenant": "str",
            "plan": "str",
            "time_share": "float64",
            "margin_rate": "float64",
        }
        | {column.name: object for column in unit_economics.columns if column.unit == "usd"}
    )


def money(view: View, scope: Scope, terms_of: dict[str, int], stretches: Sequence[Stretch]) -> Money:
    """What tenants brought in and cost in stretches of time, up to now; who is not named has the terms 0."""
    until = scope.present
    first = min((each.starts_at for each in stretches), default=until)
    last = max((each.ends_at for each in stretches), default=until)
    costs = view.frame(
        scope,
        SQL["costs"],
        first=naive(first),
        last=naive(last),
        weights_first=naive(day_start(month_start(first.astimezone(UTC).date()), "UTC")),
        weights_last=naive(day_start(next_month(last.astimezone(UTC).date()), "UTC")),
        elsewhere=list(COSTS_ELSEWHERE),
        **_values(terms_of, stretches),
    )
    everybody = isinstance(scope.tenants, AllTenants) and scope.where is None
    earned = revenue(view, scope, terms_of, stretches)
    shared, own = (_amounts(costs, name) for name in ("shared_usd", "own_usd"))
    # One tenant's own lines tell of no shared ones, as who may see that tenant alone cannot know.
    several = len(of_tenants(earned | own)) > 1
    return Money(
        earned,
        shared if everybody else {},
        own,
        splits=everybody and (any(shared.values()) or (several and not costs.empty)),
    )


def revenue(
    view: View, scope: Scope, terms_of: dict[str, int], stretches: Sequence[Stretch]
) -> dict[tuple[str, str], Decimal]:
    """What tenants brought in by stretch of time, up to now: MRR by the part of the month that it held."""
    found = view.frame(
        scope,
        SQL["revenue"],
        lengths=[each.length_us for each in stretches],
        until=naive(scope.present),
        paying=list(PAYING),
        **_values(terms_of, stretches),
    )
    return _amounts(found, "revenue_usd")


def _values(terms_of: dict[str, int], stretches: Sequence[Stretch]) -> dict[str, Any]:
    return {
        "tenants": list(terms_of),
        "whose_terms": list(terms_of.values()),
        "terms": [each.terms for each in stretches],
        "months": [each.month for each in stretches],
        "starts": [naive(each.starts_at) for each in stretches],
        "ends": [naive(each.ends_at) for each in stretches],
    }


def of_tenants(amounts: dict[tuple[str, str], Decimal]) -> dict[str, Decimal]:
    """What each tenant has over all months."""
    found: dict[str, Decimal] = {}
    for (tenant, _), amount in amounts.items():
        found[tenant] = found.get(tenant, ZERO) + amount
    return found


def _amounts(frame: pd.DataFrame, name: str) -> dict[tuple[str, str], Decimal]:
    rows = zip(frame["tenant_id"], frame["month"], frame[name], strict=True)
    return {(str(tenant), str(month)): cast("Decimal", amount) for tenant, month, amount in rows}


def months_of(scope: Scope) -> list[Stretch]:
    """The calendar months of the scope's clock, cut by its window."""
    found: list[Stretch] = []
    for start in bucket_starts(scope.start, scope.end - MICROSECOND, "month", scope.timezone):
        end = bucket_end(start, "month", scope.timezone)
        length = (end - start) // MICROSECOND
        found.append(Stretch(0, f"{start:%Y-%m}", max(start, scope.start), min(end, scope.end), length))
    return found
