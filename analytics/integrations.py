"""Integrations that are called for: connectors in use, and services that are called without one."""

from __future__ import annotations

import pandas as pd

from analytics.analysis import analysis
from analytics.question import Behind, Column
from analytics.scope import Scope
from analytics.settings import GENERIC_ACTIONS
from analytics.sql import blocks
from analytics.view import View

SQL = blocks(__file__)
MOST = 200

INTEGRATION = Column(
    "integration", "Integration", "text", "The connector, or the domain of a service without one."
)
HAS_CONNECTOR = Column("has_connector", "Connector", "flag", "Whether there is a connector for it.")
EXECUTIONS = Column(
    "executions", "Executions", "count", "Executions that used the connector or called the service."
)
SHARE = Column("share", "Share", "ratio", "Its executions / all executions of the window.")
TENANTS = Column("tenants", "Tenants", "count", "Different tenants that used or called it.")


@analysis(
    tables=("runs",),
    columns=(INTEGRATION, HAS_CONNECTOR, EXECUTIONS, SHARE, TENANTS),
    drawn_from={"executions": Behind("runs")},
)
def requested(view: View, scope: Scope) -> pd.DataFrame:
    """Executions by connector, and by service that webhooks call because it has no connector."""
    return view.frame(scope, SQL["requested"], generic_actions=list(GENERIC_ACTIONS), most=MOST)
