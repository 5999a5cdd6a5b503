"""Closed billing months: their lines as they were billed, what has changed since, and the lines that are due.

- Closing a month writes what was used, earned and spent in it, as it was counted then: line 0.
- No line ever changes. What comes to light later is the difference between the month's rows now and all of
  its lines; closing again writes it as a line of its own, an adjustment, which says why.
- The months of a tenant follow each other without a gap also where its billing day changes: the next one
  begins where the last closed one ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

import pandas as pd

from analytics.scope import Scope
from analytics.settings import CLOSE_MONTHS
from analytics.sql import blocks
from analytics.usage_calendar import Period, Terms, period, period_at, read_month
from analytics.usage_counted import COUNTS, ZERO, Customer, customers, used, used_in
from analytics.usage_economics import Stretch, money, revenue
from analytics.usage_plans import in_force
from analytics.view import View
from analytics.zones import MICROSECOND, month_before, naive

SQL = blocks(__file__)
MONEY = ("ai_cost_usd", "revenue_usd")
LINE = (
    "tenant_id", "month", "line", "plan", "starts_at", "ends_at", "closed_at", "closed_by", *COUNTS,
    "ai_cost_usd", "revenue_usd", "infrastructure_usd", "why",
)  # fmt: skip

Key = tuple[str, str]


@dataclass(frozen=True)
class Closed:
    """A closed month: its lines, the first as it was billed, and their sum."""

    lines: tuple[dict[str, Any], ...]

    @property
    def first(self) -> dict[str, Any]:
        """The month as it was billed."""
        return self.lines[0]

    def total(self, name: str) -> Any:
        """What all lines say together."""
        return sum((line[name] for line in self.lines[1:]), self.first[name])

    @property
    def period(self) -> Period:
        """Its stretch of time, as it was when it was closed."""
        begins, ends = (self.first[name].to_pydatetime() for name in ("starts_at", "ends_at"))
        return Period(self.first["month"], begins, ends)


def closed(view: View, scope: Scope) -> dict[Key, Closed]:
    """The months that were closed by the scope's present and had ended by its end, by tenant and month."""
    frame = view.frame(scope, SQL["lines"], until=naive(scope.end), now=naive(scope.present))
    rows = cast("list[dict[str, Any]]", frame.astype(object).where(frame.notna(), None).to_dict("records"))
    # `closed_months` is no fact: what a filter says of tenants is asked of the tenants.
    known = customers(view, scope) if scope.where is not None else None
    found: dict[Key, list[dict[str, Any]]] = {}
    for row in rows:
        if known is None or row["tenant_id"] in known:
            found.setdefault((row["tenant_id"], row["month"]), []).append(row)
    return {key: Closed(tuple(lines)) for key, lines in found.items()}


def until_now(scope: Scope) -> Scope:
    """A month is closed after it ended, so those of a window may end after it."""
    return scope if scope.end >= scope.present else replace(scope, end=scope.present)


def differences(view: View, scope: Scope, months: dict[Key, Closed]) -> dict[Key, dict[str, Any]]:
    """What the rows of closed months come to now, less all of their lines; months that agree are left out."""
    if not months:
        return {}
    known = customers(view, scope)
    stretches = [(_customer(known, name), each.period) for (name, _), each in months.items()]
    lines = _priced(view, scope, used_in(view, scope, stretches))
    found: dict[Key, dict[str, Any]] = {}
    for row in lines:
        each = months[row["tenant_id"], row["month"]]
        change = {name: row[name] - each.total(name) for name in (*COUNTS, *MONEY)}
        if any(change.values()):
            found[row["tenant_id"], row["month"]] = {
                **change,
                "why": why(change, each.lines[-1]["closed_at"]),
            }
    return found


def due(view: View, scope: Scope, closed_by: str, *, ended_by: datetime | None = None) -> pd.DataFrame:
    """The lines to be written now: months that are over, and adjustments of months that are closed.

    With `ended_by`, of the months that are not closed yet only those that had ended by then.
    """
    now = scope.present
    ended = ended_by or now
    there = closed(view, scope)
    fresh = [
        {**row, "line": 0, "why": ""}
        for row in _priced(view, scope, still_open(view, scope, there, lambda terms: _ended(terms, ended)))
        if any(row[name] for name in (*COUNTS, *MONEY))
    ]
    later = [
        {**each.first, **change, "line": len(each.lines), "infrastructure_usd": ZERO}
        for key, change in differences(view, scope, there).items()
        for each in (there[key],)
    ]
    rows = [{**row, "closed_at": now, "closed_by": closed_by} for row in (*fresh, *later)]
    frame = pd.DataFrame(rows, columns=list(LINE)).astype(dict.fromkeys((*COUNTS, "line"), "int64"))
    for name in ("starts_at", "ends_at", "closed_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True).dt.as_unit("us")
    return frame


def why(change: dict[str, Any], closed_at: datetime) -> str:
    """Why a month is no longer what was billed, by what of it has changed."""
    counts = [change[name] for name in ("messages", "executions", "execution_us", "tokens", "unpriced_calls")]
    when = f"after it was closed on {closed_at:%-d %B %Y}"
    reasons: list[str] = []
    if any(each > 0 for each in counts):
        reasons.append(f"rows arrived {when}")
    if any(each < 0 for each in counts[1:4]) or (counts[0] < 0 and not in_force().message_counters):
        reasons.append(f"rows were changed or removed {when}")
    elif counts[0] < 0:
        # A sample between two others tells that a part of what the later one showed came before the month.
        reasons.append(f"rows were removed, or samples of counters arrived, {when}")
    if not reasons and change["ai_cost_usd"]:
        reasons.append(f"AI calls were priced anew {when}")
    if change["revenue_usd"]:
        reasons.append(f"subscriptions were changed {when}")
    return ", ".join(reasons or [f"people were told apart anew {when}"])


def still_open(
    view: View, scope: Scope, there: dict[Key, Closed], wanted: Callable[[Terms], Iterable[Period]]
) -> pd.DataFrame:
    """What was used in those of the wanted months that are not closed; none overlaps one that is."""
    shut: dict[str, list[Period]] = {}
    for (name, _), each in there.items():
        shut.setdefault(name, []).append(each.period)
    found = used(view, scope, wanted)
    if not shut:
        return found
    known, stretches = customers(view, scope), list[tuple[Customer, Period]]()
    whole = ~found["tenant_id"].isin(shut)
    rows = found[~whole]
    for place, row in zip(rows.index, cast("list[dict[str, Any]]", rows.to_dict("records")), strict=True):
        name, free = row["tenant_id"], None
        asked = Period(row["month"], row["starts_at"].to_pydatetime(), row["ends_at"].to_pydatetime())
        if (name, row["month"]) not in there:
            free = _free(_customer(known, name), asked, shut[name], there)
        whole[place] = free == asked
        if free is not None and free != asked:
            stretches.append((_customer(known, name), free))
    found = found.loc[whole]
    if not stretches:
        return found
    return pd.concat([found, used_in(view, scope, stretches)], ignore_index=True)


def to_bill(view: View, scope: Scope, counted: pd.DataFrame) -> pd.DataFrame:
    """The rows without months that have not begun, and those that are over and brought nothing to bill."""
    begun = counted[counted["starts_at"] < scope.present].reset_index(drop=True)
    idle = (begun["ends_at"] <= scope.present) & ~begun[[*COUNTS, "ai_cost_usd"]].astype(bool).any(axis=1)
    rows = cast("list[dict[str, Any]]", begun[idle].to_dict("records"))
    if not rows:
        return begun
    paid = revenue(view, scope, *_stretches(rows))
    free = [not paid.get((row["tenant_id"], row["month"]), ZERO) for row in rows]
    return begun.drop(index=begun.index[idle][free]).reset_index(drop=True)


def _free(customer: Customer, asked: Period, shut: list[Period], there: dict[Key, Closed]) -> Period | None:
    """What of a month no closed one of its tenant covers; nothing where they cover all of it.

    A change of the billing day moves a month onto closed ones, or away from the last. A month that was
    idle was never closed: it is open for whatever arrives late, also where later ones are closed.
    """
    starts, ends = asked.starts_at, asked.ends_at
    last = max(each.ends_at for each in shut)
    if ends > last:
        before = period_at(starts - MICROSECOND, customer.terms)
        moved = before.starts_at < last and (customer.tenant_id, before.month) in there
        return Period(asked.month, last if starts < last or moved else starts, ends)
    for each in shut:
        if each.starts_at <= starts < each.ends_at:
            starts = each.ends_at
        elif starts < each.starts_at < ends:
            ends = each.starts_at
    return Period(asked.month, starts, ends) if starts < ends else None


def _ended(terms: Terms, now: datetime) -> Iterable[Period]:
    """The months of these terms that are over, newest first: as many as are closed at once."""
    current = read_month(period_at(now, terms).month)
    for _ in range(CLOSE_MONTHS):
        current = month_before(current)
        yield period(current, terms)


def _priced(view: View, scope: Scope, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows with what was earned and what their infrastructure cost."""
    rows = cast("list[dict[str, Any]]", frame.to_dict("records"))
    found = money(view, scope, *_stretches(rows))
    for row in rows:
        key = (row["tenant_id"], row["month"])
        row["revenue_usd"] = found.revenue.get(key, ZERO)
        spent = found.own.get(key, ZERO) + found.shared.get(key, ZERO)
        row["infrastructure_usd"] = spent if found.splits else None
    return rows


def _stretches(rows: list[dict[str, Any]]) -> tuple[dict[str, int], list[Stretch]]:
    """The terms of each tenant of the rows, and the stretches of time whose money is asked for."""
    numbers = {row["tenant_id"]: place + 1 for place, row in enumerate(rows)}
    return numbers, [
        Stretch(
            numbers[row["tenant_id"]],
            row["month"],
            row["starts_at"].to_pydatetime(),
            row["ends_at"].to_pydatetime(),
            # A month that was cut or lengthened, as its tenant's day changed, earns as any other.
            (row["ends_at"] - row["starts_at"]).to_pytimedelta() // MICROSECOND,
        )
        for row in rows
    ]


def _customer(known: dict[str, Customer], name: str) -> Customer:
    return known.get(name) or Customer(name, name, in_force().terms)
