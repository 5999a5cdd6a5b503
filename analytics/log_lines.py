"""Single lines of logs."""

from __future__ import annotations

import pandas as pd

from analytics.analysis import analysis
from analytics.columns import TENANT_ID
from analytics.question import Behind, Column
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import View

SQL = blocks(__file__)
MOST = 50

WRITTEN_AT = Column("written_at", "When", "time", "When the line was written.")
LEVEL = Column("level", "Level", "text", "How grave it is.")
SERVICE = Column("service", "Service", "text", "The service that wrote it.")
MESSAGE = Column("message", "Message", "text", "What it says.")


@analysis(
    tables=("logs",),
    columns=(WRITTEN_AT, LEVEL, SERVICE, TENANT_ID, MESSAGE),
    drawn_from={"written_at": Behind("logs")},
)
def newest(view: View, scope: Scope) -> pd.DataFrame:
    """The newest log lines."""
    return view.frame(scope, SQL["newest"], most=MOST)
