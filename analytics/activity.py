"""Activity: how many rows of each kind of data there are, whose, and when."""

from __future__ import annotations

import pandas as pd

from analytics.analysis import Column, analysis
from analytics.buckets import complete
from analytics.executions import BUCKET, COMPLETE
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import View

SQL = blocks(__file__)
TABLES = ("events", "runs", "llm_calls", "logs", "spans", "errors", "metrics", "costs")

TABLE = Column("table_name", "Data", "text", "The kind of data: the table that holds it.")
ROWS = Column("rows", "Rows", "count", "Rows of this kind.")
TENANTS = Column("tenants", "Tenants", "count", "Distinct tenants that the rows name.")
PEOPLE = Column("people", "People", "count", "Distinct users, each within its tenant.")


@analysis(tables=TABLES, columns=(TABLE, ROWS, TENANTS, PEOPLE), additive=("rows",))
def who(view: View, scope: Scope) -> pd.DataFrame:
    """Rows of each kind of data, and the tenants and people that they name."""
    return view.frame(scope, SQL["who"])


@analysis(tables=TABLES, columns=(BUCKET, TABLE, ROWS, COMPLETE), additive=("rows",))
def over_time(view: View, scope: Scope) -> pd.DataFrame:
    """Rows of each kind of data in each bucket."""
    grain = scope.grain()
    frame = view.frame(scope, SQL["over_time"], grain=grain)
    return frame.assign(complete=complete(frame["bucket"], scope, grain))
