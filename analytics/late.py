"""Late payments: who pays and is past due, since when, and what a customer is to the books in a word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pandas as pd

from analytics.features import STATE
from analytics.scope import Scope
from analytics.settings import PAST_DUE
from analytics.sql import blocks
from analytics.view import View
from analytics.whole_customers import of_whole_customers
from analytics.zones import naive, zone

SQL = blocks(__file__)
LATE = "past due"
STANDING = replace(
    STATE,
    name="standing",
    label="Pays",
    definition=f"{STATE.definition} past due: it pays, and its last payment is late, since that day.",
)


def standing(view: View, scope: Scope, found: pd.DataFrame) -> pd.Series[str]:
    """What each of these tenants is to the books now, of features of it: its `state`, or that it is late."""
    late = (found["state"] == "paying") & found["past_due"]
    since = _since(view, scope) if late.any() else {}
    moment = min(scope.end, scope.present)
    names = found["tenant_id"].astype("str")
    said = [
        _said(since.get(name), moment, scope) if is_late else state
        for name, state, is_late in zip(names, found["state"].astype("str"), late, strict=True)
    ]
    return pd.Series(said, found.index, dtype="str")


def _since(view: View, scope: Scope) -> Mapping[str, datetime]:
    """Since when each tenant is late that is, by the subscription that is late for longest."""
    until = naive(min(scope.end, scope.present))
    frame = view.frame(of_whole_customers(scope), SQL["late"], late=list(PAST_DUE), until=until)
    return dict(zip(frame["tenant_id"], frame["since"], strict=True))


def _said(since: datetime | None, moment: datetime, scope: Scope) -> str:
    if since is None:
        return LATE
    here = zone(scope.timezone)
    day = since.astimezone(here)
    return f"{LATE} since {day:%-d %b}" + ("" if day.year == moment.astimezone(here).year else f" {day:%Y}")
