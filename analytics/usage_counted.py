"""What tenants used in billing months, counted from the rows that there are now.

What counts, and how (docs/usage.md says it for people):

- A month is a tenant's own: it begins on its billing day, at midnight on its clock (`usage_calendar`).
- Rows without a tenant belong to no invoice. All others belong to one month of one tenant, so that months sum
  up to any stretch of whole months, and tenants to all.
- Active users are people whom events, executions or AI calls name by a user id, each once.
- Durations are summed as whole microseconds and money as Decimal: no sum depends on its order.
- A bill has no filter but that of tenants: a part of a month is no bill.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pandas as pd

from analytics.columns import EXECUTIONS
from analytics.question import Column
from analytics.scope import Scope
from analytics.settings import MESSAGE_EVENTS
from analytics.sql import blocks
from analytics.usage_calendar import Period, Terms, terms_of
from analytics.usage_messages import as_values, by_days, counted_by_counters
from analytics.usage_plans import in_force
from analytics.view import View
from analytics.whole_customers import of_tenants_alone
from analytics.zones import EPOCH, naive

SQL = blocks(__file__)
TABLES = ("events", "runs", "llm_calls", "metrics", "tenants", "identities", "subscriptions")
ZERO = Decimal(0)

PLAN = Column("plan", "Plan now", "text", "The plan that the tenant is on now.")
MONTH = Column("month", "Billing month", "text", "The calendar month in which the billing month begins.")
FROM = Column("starts_at", "From", "time", "When the billing month begins, by the tenant's day and clock.")
UNTIL = Column("ends_at", "Until", "time", "When it ends; that moment belongs to the next one.")
MESSAGES = Column(
    "messages",
    "Messages",
    "count",
    "Events whose type is one of a message, and rises of the counters that are named for it.",
)
SECONDS = Column("execution_seconds", "Execution seconds", "number", "The sum of the executions' durations.")
TOKENS = Column("tokens", "AI tokens", "count", "Input, cached and output tokens.")
AI_COST = Column("ai_cost_usd", "AI cost", "usd", "What the model calls cost that have a price.")
UNPRICED = Column("unpriced_calls", "Calls without a price", "count", "Model calls that the cost leaves out.")
USERS = Column("active_users", "Active users", "count", "People that events, executions or AI calls name.")
FIGURES = (MESSAGES, EXECUTIONS, SECONDS, TOKENS, AI_COST, UNPRICED, USERS)
COUNTS = ("messages", "executions", "execution_us", "tokens", "unpriced_calls", "active_users")


@dataclass(frozen=True)
class Customer:
    """A tenant as an invoice names it."""

    tenant_id: str
    name: str
    terms: Terms
    plan: str = ""
    since: datetime | None = None
    limits: str = ""


def used(
    view: View,
    scope: Scope,
    wanted: Callable[[Terms], Iterable[Period]],
    known: Mapping[str, Customer] | None = None,
) -> pd.DataFrame:
    """A row for each tenant and month that is wanted of its terms: `USED`, up to the scope's present."""
    known = customers(view, scope) if known is None else known
    numbers = {in_force().terms: 0}  # of tenants that nothing is known of
    whose = {name: numbers.setdefault(each.terms, len(numbers)) for name, each in known.items()}
    wanted_by = [tuple(wanted(terms)) for terms in numbers]
    rows = counted(
        view, scope, whose, [(number, each) for number, months in enumerate(wanted_by) for each in months]
    )
    users = rows["tenant_id"].tolist()
    billed = set(zip(users, rows["month"].tolist(), strict=True))
    strangers = sorted(set(users) - known.keys())
    everybody = [*known.values(), *(Customer(name, name, in_force().terms) for name in strangers)]
    # Rows that are older than their tenant's signing up are billed all the same.
    wanted_of = [
        (each, stretch)
        for each in everybody
        for stretch in wanted_by[whose.get(each.tenant_id, 0)]
        if each.since is None or each.since < stretch.ends_at or (each.tenant_id, stretch.month) in billed
    ]
    return _filled(rows, scope, wanted_of)


def used_in(view: View, scope: Scope, stretches: Sequence[tuple[Customer, Period]]) -> pd.DataFrame:
    """The same for stretches of time of which each tenant has its own."""
    numbers = {each.tenant_id: place + 1 for place, (each, _) in enumerate(stretches)}
    rows = counted(view, scope, numbers, [(numbers[each.tenant_id], stretch) for each, stretch in stretches])
    return _filled(rows, scope, stretches)


def counted(
    view: View, scope: Scope, whose: Mapping[str, int], stretches: Sequence[tuple[int, Period]]
) -> pd.DataFrame:
    """What was used, by tenant and month: a tenant's stretches are those of its number, 0 unless named."""
    of_tenants_alone(scope)
    first = min((each.starts_at for _, each in stretches), default=EPOCH)
    last = max((each.ends_at for _, each in stretches), default=EPOCH)
    return view.frame(
        scope,
        SQL["used"],
        tenants=list(whose),
        whose_terms=list(whose.values()),
        terms=[number for number, _ in stretches],
        months=[each.month for _, each in stretches],
        starts=[naive(each.starts_at) for _, each in stretches],
        ends=[naive(each.ends_at) for _, each in stretches],
        first=naive(first),
        last=naive(last),
        messages=list(MESSAGE_EVENTS),
        **as_values(by_days(counted_by_counters(view, scope, first, last, clocks(view, scope)))),
    )


def clocks(view: View, scope: Scope) -> dict[str, str]:
    """The clocks of the tenants that are known; asked only where counters are counted by their days."""
    if not in_force().message_counters:
        return {}
    return {name: each.terms.timezone for name, each in customers(view, scope).items()}


def customers(view: View, scope: Scope, *, subscribed: bool = True) -> dict[str, Customer]:
    """The tenants that are known, by their ids; those too of which only subscriptions tell, if asked."""
    others = in_force().terms
    if subscribed:
        frame = view.frame(scope, SQL["subscribed"], until=naive(scope.present))
    else:
        frame = view.frame(scope, SQL["tenants"])
    names = ("tenant_id", "tenant", "timezone", "billing_day", "plan", "limits")
    columns = [frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in names]
    since = [None if each is pd.NaT else each.to_pydatetime() for each in frame["created_at"].tolist()]
    return {
        name: Customer(name, called, terms_of(day and int(day), clock, others), plan, at, limits or "")
        for name, called, clock, day, plan, limits, at in zip(*columns, since, strict=True)
    }


def _filled(rows: pd.DataFrame, scope: Scope, stretches: Sequence[tuple[Customer, Period]]) -> pd.DataFrame:
    """The rows with what is known of their tenants, and one of nothing where a tenant used nothing."""
    lines = [(each.tenant_id, each.name, each.plan, stretch.month) for each, stretch in stretches]
    names = ["tenant_id", "tenant", "plan", "month"]
    frame = pd.DataFrame(lines, columns=names).astype(dict.fromkeys(names, "str"))
    for name in ("starts_at", "ends_at"):
        # Ten thousand tenants share a few moments.
        ends = pd.Categorical([getattr(stretch, name) for _, stretch in stretches])
        moments = pd.to_datetime(pd.Series(ends.categories, dtype=object), utc=True).dt.as_unit("us")
        frame[name] = moments.dt.tz_convert(scope.timezone).take(ends.codes).array
    frame = frame.merge(rows, on=["tenant_id", "month"], how="left")
    counts = frame[list(COUNTS)].fillna(0).astype("int64")
    cost = frame["ai_cost_usd"].astype(object).where(frame["ai_cost_usd"].notna(), ZERO)
    return frame.assign(
        **{name: counts[name] for name in COUNTS},
        ai_cost_usd=cost,
        execution_seconds=counts["execution_us"] / 1e6,
    )
