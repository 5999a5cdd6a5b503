"""The timeline of tenants: what happened to them, newest first, from every table that tells."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from analytics.analysis import analysis
from analytics.columns import TENANT
from analytics.question import Column
from analytics.scope import Scope
from analytics.settings import CONTACTS, NEWS, NOTES, TASKS
from analytics.sql import blocks
from analytics.view import NotFilterable, View

SQL = blocks(__file__)
MOST = 200
HOUR_US, DAY_US = 3_600_000_000, 86_400_000_000

HAPPENED_AT = Column(
    "happened_at", "When", "time", "When it happened; of what repeats within an hour or a day, the newest."
)
KIND = Column(
    "kind", "Kind", "text", "A failure, an event, a release, a change of plan, or what was written."
)
WHAT = Column("what", "What", "text", "What happened, in words.")


@analysis(
    tables=("subscriptions", "runs", "events", "spans", "errors", "tenants"),
    columns=(HAPPENED_AT, KIND, WHAT, TENANT),
)
def newest(view: View, scope: Scope) -> pd.DataFrame:
    """The newest plan changes, failures, events that are news, and first appearances of releases."""
    step = DAY_US if scope.end - scope.start > timedelta(days=2) else HOUR_US
    written = [*NOTES, *TASKS, *CONTACTS]
    values = {"most": MOST, "step_us": step, "news": "|".join(NEWS), "written": written}
    found: list[pd.DataFrame] = []
    refused: list[NotFilterable] = []
    for sql in SQL.values():
        try:
            used = {key: value for key, value in values.items() if f"${key}" in sql}
            found.append(view.frame(scope, sql, **used))  # pyright: ignore[reportArgumentType]
        except NotFilterable as error:
            # Rows that cannot have the field do not fit the filter; the others are still told.
            refused.append(error)
    if not found:
        raise refused[0]
    order = ["happened_at", "kind", "what", "tenant"]
    told = pd.concat(found).sort_values(order, ascending=[False, True, True, True]).head(MOST)
    told = told.reset_index(drop=True)
    told.attrs["notes"] = tuple(f"Left out: {error}." for error in refused)
    return told
