"""Segments: customers by what is known of them, so that losses and lifetimes can be told of each.

A segment by plan is of the moment that a question is about: the plan that a customer began with, or that of a
month's start. All else is what the tenant's row says today.
"""

from __future__ import annotations

import pandas as pd

from analytics.analysis import analysis
from analytics.customers import known
from analytics.forms import BadForm
from analytics.question import Column
from analytics.scope import Scope
from analytics.sql import blocks, with_fields
from analytics.view import View

SQL = blocks(__file__)

PLAN, COHORT, OWN = "plan", "cohort", "attributes."
# What every tenant may have, and what it is called; a field of one's own is `attributes.NAME`.
KNOWN = {PLAN: "Plan", COHORT: "Signed up", "region": "Region", "owner": "Owner"}
NOT_TOLD = "not told"
MOST_VALUES = 24

KEY = Column("key", "Field", "text", "The name of the field.")
VALUES = Column("choices", "Values", "count", "How many different values it has.")
TENANTS = Column("tenants", "Tenants", "count", "How many tenants carry it.")
EXAMPLE = Column("example", "Such as", "text", "One of its values.")


@analysis(tables=("tenants",), columns=(KEY, VALUES, TENANTS, EXAMPLE))
def fields(view: View, scope: Scope) -> pd.DataFrame:
    """The fields of their own that tenants carry, and that have few enough values to tell tenants apart."""
    return view.frame(scope, SQL["fields"], most=MOST_VALUES)


def label(by: str) -> str:
    """What a segment is called: Plan · Signed up · Payment method."""
    if by in KNOWN:
        return KNOWN[by]
    words = by.removeprefix(OWN).replace("_", " ")
    return words[:1].upper() + words[1:]


def checked(by: object) -> str:
    """The same, where customers can be told apart by it."""
    if isinstance(by, str) and (by in KNOWN or (by.startswith(OWN) and by != OWN)):
        return by
    raise BadForm(f"customers have no {by!r}: take {', '.join(KNOWN)} or attributes.NAME, a field of tenants")


def of_tenants(view: View, scope: Scope, by: str) -> pd.Series[str]:
    """The segment of each tenant as it is known now, by its id."""
    if by.startswith(OWN):
        found = view.frame(scope, with_fields(SQL["own"], field=(by.removeprefix(OWN),)))
    else:
        found = known(view, scope)[["tenant_id", by]].rename(columns={by: "segment"})
    told = found.set_index("tenant_id")["segment"].astype("str")
    return told.replace("", NOT_TOLD)
