"""Whole customers: what a question about tenants may be filtered by, and what it refuses in words.

Of the rows alone that fit a filter a customer would be told as silent, ill or gone, and billed for a part.
"""

from __future__ import annotations

from dataclasses import replace

from analytics.filters import Comparison, Filter, changed
from analytics.members import Members
from analytics.scope import Scope
from analytics.view import NotFilterable

PLAN_THEN = "plan_then"


def of_tenants_alone(scope: Scope, what: str = "billing") -> None:
    """Refuses a filter by anything but what tenants are: who they are, what they have, their cohorts."""

    def of_tenants(part: Comparison) -> Filter:
        if not _tells_tenant(part):
            instead = ", or filter by plan, which is the plan of now" if part.field == PLAN_THEN else ""
            raise NotFilterable(part.field, what, instead)
        return part

    if scope.where is not None:
        changed(scope.where, of_tenants)


def of_whole_customers(scope: Scope, what: str = "losses") -> Scope:
    """The scope with a filter by plan as the plan of now: who leaves a plan for another is not lost.

    Refuses what single rows say, and what changes with a subscription.
    """
    if scope.where is None:
        return scope
    whole = replace(scope, where=changed(scope.where, _of_now))
    of_tenants_alone(whole, what)
    return whole


def _of_now(asked: Comparison) -> Comparison:
    return replace(asked, field="tenant.plan") if asked.field == "plan" else asked


def _tells_tenant(part: Comparison) -> bool:
    if isinstance(part.value, Members):
        return part.value.unit == "tenant"
    return part.field == "tenant_id" or part.field.startswith("tenant.")
