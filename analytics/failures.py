"""Failures: the newest of them, and what they have in common."""

from __future__ import annotations

import pandas as pd

from analytics.analysis import analysis
from analytics.columns import ERROR_CODE, TENANT, WORKFLOW
from analytics.measures.runs import FAILED
from analytics.question import Behind, Column
from analytics.remedies import remedy
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import View

SQL = blocks(__file__)
NEWEST, MOST_CAUSES = 100, 50
ROWS = Behind("runs", FAILED)

FAILED_AT = Column("failed_at", "When", "time", "When the execution ended.")
MESSAGE = Column("error_message", "Message", "text", "What the failure said.")
CONNECTOR = Column("action_type", "Connector", "text", "The kind of action that was run.")
DURATION = Column("duration_ms", "Took", "ms", "How long the execution took.")

CAUSE = Column("cause", "Cause", "text", "The error code, else the message without its numbers and ids.")
SAYS = Column("message", "Message", "text", "What the newest of these failures said.")
FAILURES = Column("failures", "Failures", "count", "Executions that failed or timed out by this cause.")
SHARE = Column("share", "Share", "ratio", "The cause's failures / all failures; the rows add up to all.")
LAST = Column("last_failed_at", "Last seen", "time", "When the newest of these failures happened.")
MOST_HIT = Column(
    "workflow", "Workflow", "text", "The workflow that fails most by this cause, and how many more do."
)
CONNECTORS = Column("connector", "Connector", "text", "The kind of action that failed by this cause.")
REMEDY = Column("remedy", "What helps", "text", "The known remedy of this cause.")


@analysis(
    tables=("runs", "tenants"),
    columns=(FAILED_AT, WORKFLOW, MESSAGE, ERROR_CODE, CONNECTOR, DURATION, TENANT),
    drawn_from={"failed_at": ROWS},
)
def recent(view: View, scope: Scope) -> pd.DataFrame:
    """The newest executions that failed or timed out."""
    return view.frame(scope, SQL["recent"], most=NEWEST)


@analysis(
    tables=("runs",),
    columns=(CAUSE, FAILURES, SHARE, LAST, CONNECTORS, MOST_HIT, REMEDY, SAYS),
    drawn_from={"failures": ROWS},
)
def causes(view: View, scope: Scope) -> pd.DataFrame:
    """What made executions fail: error codes, else messages, by connector, and what helps against each."""
    frame = view.frame(scope, SQL["causes"], most=MOST_CAUSES)
    known = zip(frame["cause"], frame["message"], strict=True)
    helps = [remedy(cause, message) for cause, message in known]
    return frame.assign(remedy=pd.Series(helps, frame.index, "str"))
