"""Activity: how many rows of each kind of data there are, whose, and when."""

from __future__ import annotations

import pandas as pd

from analytics.analysis import Column, analysis
from analytics.buckets import complete
from analytics.columns import BUCKET, COMPLETE, TENANT, TENANT_ID
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import View

SQL = blocks(__file__)
MOST_TENANTS = 8
TABLES = ("events", "runs", "llm_calls", "logs", "spans", "errors", "metrics", "costs")

KIND = Column("kind", "Kind of data", "text", "What the rows are: events, executions, log lines and so on.")
ROWS = Column("rows", "Rows", "count", "Rows of this kind.")
TENANTS = Column("tenants", "Tenants", "count", "Distinct tenants that the rows name.")
PEOPLE = Column("people", "People", "count", "Distinct users, each within its tenant.")


@analysis(tables=TABLES, columns=(ROWS, TENANTS, PEOPLE), additive=("rows",))
def totals(view: View, scope: Scope) -> pd.DataFrame:
    """Rows of every kind of data in the window, and the tenants and people that they name."""
    return view.frame(scope, SQL["totals"])


@analysis(tables=TABLES, columns=(BUCKET, ROWS, TENANTS, PEOPLE, COMPLETE), additive=("rows",))
def trend(view: View, scope: Scope) -> pd.DataFrame:
    """Rows of every kind of data in each bucket, and the tenants and people that they name."""
    grain = scope.grain()
    frame = view.frame(scope, SQL["trend"], grain=grain)
    return frame.assign(complete=complete(frame["bucket"], scope, grain))


@analysis(tables=TABLES, columns=(KIND, ROWS, TENANTS, PEOPLE), additive=("rows",))
def by_kind(view: View, scope: Scope) -> pd.DataFrame:
    """Rows of each kind of data, and the tenants and people that they name."""
    return view.frame(scope, SQL["by_kind"])


@analysis(tables=TABLES, columns=(BUCKET, KIND, ROWS, COMPLETE), additive=("rows",))
def over_time(view: View, scope: Scope) -> pd.DataFrame:
    """Rows of each kind of data in each bucket."""
    grain = scope.grain()
    frame = view.frame(scope, SQL["over_time"], grain=grain)
    return frame.assign(complete=complete(frame["bucket"], scope, grain))


@analysis(tables=(*TABLES, "tenants"), columns=(TENANT_ID, TENANT, ROWS))
def top_tenants(view: View, scope: Scope) -> pd.DataFrame:
    """The tenants that the most rows name."""
    return view.frame(scope, SQL["top_tenants"], most=MOST_TENANTS)
