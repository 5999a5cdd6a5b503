"""Plans: what each may use in a billing month, and what a tenant's own limits change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import cast

from analytics.in_force import InForce
from analytics.settings import BILLING_DAY, BILLING_TIMEZONE, PLAN_LIMITS, PLANS
from analytics.usage_calendar import Terms

# What can be limited: a billed figure, by what people call it.
LIMITED: Mapping[str, str] = {
    "messages": "messages",
    "executions": "executions",
    "execution_seconds": "execution seconds",
    "tokens": "AI tokens",
    "ai_cost_usd": "USD of AI",
    "active_users": "active users",
}
Limits = Mapping[str, float]


@dataclass(frozen=True)
class Plan:
    """A plan that is sold: what it may use in a billing month (all else without limit), and its price."""

    name: str
    limits: Limits = field(default_factory=dict[str, float], hash=False)
    usd: Decimal | None = None

    def holds(self, use: Limits) -> bool:
        """Whether so much use stays under its limits."""
        return all(use.get(name, 0) <= limit for name, limit in self.limits.items())


@dataclass(frozen=True)
class Sold:
    """All plans, from the smallest to the largest, and when the billing month of whoever says nothing begins.

    Plans that are only `shipped` bind nobody: a tenant has their limits if its own row says the same.
    Billing months are closed by themselves so many days after their end, where a number is said. Messages
    are what the named counters tell of too (`usage_messages`).
    """

    plans: tuple[Plan, ...]
    shipped: bool = False
    terms: Terms = field(default_factory=lambda: Terms(BILLING_DAY, BILLING_TIMEZONE))
    close_after_days: int | None = None
    message_counters: tuple[str, ...] = ()

    def plan(self, name: str) -> Plan | None:
        """The plan of a name, whatever its case."""
        return next((each for each in self.plans if each.name.lower() == name.strip().lower()), None)

    def limits(self, plan: str, own: str) -> Limits:
        """What a tenant on a plan may use; what its own row says (JSON) counts before what the plan says."""
        found = None if self.shipped else self.plan(plan)
        return {**(found.limits if found else {}), **own_limits(own)}

    def is_own(self, plan: str, what: str, limit: float) -> bool:
        """Whether a limit is the tenant's own: its plan says another number, or none."""
        found = self.plan(plan)
        return found is None or found.limits.get(what) != limit

    def fitting(self, plan: str, limits: Limits, use: Limits) -> Plan | None:
        """The smallest plan above a tenant's that would hold its use; None where none is known to."""
        names = [each.name.lower() for each in self.plans]
        if plan.strip().lower() not in names or (self.shipped and not self._as_shipped(plan, limits)):
            return None
        larger = self.plans[names.index(plan.strip().lower()) + 1 :]
        return next((each for each in larger if each.holds(use)), None)

    def _as_shipped(self, plan: str, limits: Limits) -> bool:
        found = self.plan(plan)
        return found is not None and dict(found.limits) == dict(limits)


SHIPPED = Sold(tuple(Plan(name, PLAN_LIMITS[name]) for name in PLANS), shipped=True)
_HELD = InForce(SHIPPED)
in_force, put_in_force = _HELD.now, _HELD.put  # the plans by which this process counts


def own_limits(text: str) -> dict[str, float]:
    """The limits of a tenant's own row: numbers above nothing, of figures that are billed."""
    try:
        said = json.loads(text) if text else {}
    except ValueError:
        return {}
    if not isinstance(said, dict):
        return {}
    known = cast("dict[str, object]", said)
    return {
        name: float(value)
        for name, value in known.items()
        if name in LIMITED and isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    }
