"""Revenue: what tenants pay a month, and for what."""

from __future__ import annotations

import pandas as pd

from analytics.analysis import analysis
from analytics.question import Behind, Column
from analytics.scope import Scope
from analytics.settings import PAYING
from analytics.sql import blocks
from analytics.view import View

SQL = blocks(__file__)

CONNECTOR = Column(
    "connector", "Connector", "text", "The connector; one line holds tenants without executions."
)
MRR = Column("mrr_usd", "MRR", "usd", "The connector's part of the monthly recurring revenue.")
SHARE = Column("share", "Share", "ratio", "The connector's part / all MRR.")
TENANTS = Column("tenants", "Paying tenants", "count", "Paying tenants that used it in the window.")
EXECUTIONS = Column("executions", "Executions", "count", "Executions of paying tenants in the window.")


@analysis(
    tables=("subscriptions", "runs"),
    columns=(CONNECTOR, MRR, SHARE, TENANTS, EXECUTIONS),
    additive=("mrr_usd", "tenants", "executions"),
    drawn_from={"mrr_usd": Behind("runs")},
)
def by_connector(view: View, scope: Scope) -> pd.DataFrame:
    """The MRR of paying tenants at the window's end, split by their executions per connector."""
    return view.frame(scope, SQL["by_connector"], paying=list(PAYING))
