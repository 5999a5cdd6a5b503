"""Executions: how many workflow runs finished, how well, how fast, whose, and through which connector."""

from __future__ import annotations

import pandas as pd

from analytics.analysis import Column, analysis
from analytics.buckets import complete
from analytics.columns import BUCKET, COMPLETE, EXECUTIONS, TENANT, TENANT_ID
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import View

SQL = blocks(__file__)
MOST_TENANTS = 5

SUCCEEDED = Column("succeeded", "Succeeded", "count", "Executions that ended in success.")
FAILED = Column("failed", "Failed", "count", "Executions that failed or ran into a timeout.")
FINISHED = Column("finished", "Succeeded or failed", "count", "Executions that ended in success or failure.")
SUCCESS_RATE = Column("success_rate", "Success rate", "ratio", "Successes / (successes + failures).")
AVG_DURATION = Column("avg_duration_ms", "Average duration", "ms", "Mean over executions with a duration.")
ACTIVE_TENANTS = Column("active_tenants", "Active tenants", "count", "Tenants with at least one execution.")
STATUS = Column("status", "Outcome", "text", "success, or failed (timeouts included).")
CONNECTOR = Column("action_type", "Connector", "text", "The kind of action that was run, if one was named.")
SHARE = Column("share", "Share", "ratio", "The connector's executions / all executions of the window.")


@analysis(
    tables=("runs",),
    columns=(EXECUTIONS, SUCCEEDED, FAILED, FINISHED, SUCCESS_RATE, AVG_DURATION, ACTIVE_TENANTS),
    additive=("executions", "succeeded", "failed", "finished"),
)
def totals(view: View, scope: Scope) -> pd.DataFrame:
    """Workflow runs that finished in the window: how many, how well, how fast and for how many tenants."""
    return view.frame(scope, SQL["totals"])


@analysis(
    tables=("runs",),
    columns=(BUCKET, EXECUTIONS, SUCCESS_RATE, FINISHED, AVG_DURATION, ACTIVE_TENANTS, COMPLETE),
    additive=("executions", "finished"),
)
def trend(view: View, scope: Scope) -> pd.DataFrame:
    """Executions, their success rate, their average duration and the active tenants of each bucket."""
    grain = scope.grain()
    frame = view.frame(scope, SQL["trend"], grain=grain)
    return frame.assign(complete=complete(frame["bucket"], scope, grain))


@analysis(
    tables=("runs",),
    columns=(BUCKET, STATUS, EXECUTIONS, COMPLETE),
    additive=("executions",),
)
def over_time(view: View, scope: Scope) -> pd.DataFrame:
    """Executions of each bucket that succeeded, and those that failed."""
    grain = scope.grain()
    frame = view.frame(scope, SQL["over_time"], grain=grain)
    return frame.assign(complete=complete(frame["bucket"], scope, grain))


@analysis(tables=("runs", "tenants"), columns=(TENANT_ID, TENANT, EXECUTIONS))
def top_tenants(view: View, scope: Scope) -> pd.DataFrame:
    """The tenants with the most executions."""
    return view.frame(scope, SQL["top_tenants"], most=MOST_TENANTS)


@analysis(tables=("runs",), columns=(CONNECTOR, EXECUTIONS, SHARE), additive=("executions",))
def by_connector(view: View, scope: Scope) -> pd.DataFrame:
    """Executions by connector, and each connector's share of all of them."""
    return view.frame(scope, SQL["by_connector"])
