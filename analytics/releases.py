"""Releases: adoption, errors, latency and returning people before and after each."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from analytics.analysis import analysis
from analytics.columns import COMPLETE
from analytics.question import Column
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import View

SQL = blocks(__file__)
LENGTH, MOST = timedelta(days=3), 8
_BEFORE, _AFTER = f"in the {LENGTH.days} days before", f"in the {LENGTH.days} days after"

RELEASE = Column("release", "Release", "text", "What runs name as their release.")
RELEASED_AT = Column("released_at", "First seen", "time", "When its first span was.")
PEOPLE_BEFORE = Column("people_before", "People before", "count", f"People who did anything {_BEFORE}.")
PEOPLE_AFTER = Column("people_after", "People after", "count", f"People who did anything {_AFTER}.")
STAYED = Column("stayed", "Came back", "ratio", "Of the people before, who did anything in the days after.")
ERRORS_BEFORE = Column("errors_before", "Errors before", "count", f"Errors {_BEFORE}.")
ERRORS_AFTER = Column("errors_after", "Errors after", "count", f"Errors {_AFTER}.")
P95_BEFORE = Column("p95_before_ms", "p95 before", "ms", f"95% of requests took no longer {_BEFORE}.")
P95_AFTER = Column("p95_after_ms", "p95 after", "ms", f"95% of requests took no longer {_AFTER}.")


@analysis(
    tables=("spans", "events", "errors"),
    columns=(
        RELEASE,
        RELEASED_AT,
        PEOPLE_BEFORE,
        PEOPLE_AFTER,
        STAYED,
        ERRORS_BEFORE,
        ERRORS_AFTER,
        P95_BEFORE,
        P95_AFTER,
        COMPLETE,
    ),
)
def impact(view: View, scope: Scope) -> pd.DataFrame:
    """People, errors and latency in the days before and after the newest releases of the window."""
    return view.frame(scope, SQL["impact"], length=LENGTH, most=MOST, now=scope.present.replace(tzinfo=None))
