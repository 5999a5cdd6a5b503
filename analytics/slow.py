"""Executions that took long, one by one."""

from __future__ import annotations

import pandas as pd

from analytics.analysis import analysis
from analytics.columns import TENANT, TENANT_ID, WORKFLOW
from analytics.measures.runs import SLOW
from analytics.question import Behind, Column
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import View

SQL = blocks(__file__)
MOST = 100

FINISHED_AT = Column("finished_at", "When", "time", "When the execution ended.")
CONNECTOR = Column("action_type", "Connector", "text", "The kind of action that was run.")
STATUS = Column("status", "Status", "text", "How the execution ended.")
DURATION = Column("duration_ms", "Took", "ms", "How long the execution took.")


@analysis(
    tables=("runs", "tenants"),
    columns=(FINISHED_AT, TENANT_ID, TENANT, WORKFLOW, CONNECTOR, STATUS, DURATION),
    drawn_from={"duration_ms": Behind("runs", SLOW)},
)
def executions(view: View, scope: Scope) -> pd.DataFrame:
    """The slowest executions over 5 s."""
    return view.frame(scope, SQL["executions"], most=MOST)
