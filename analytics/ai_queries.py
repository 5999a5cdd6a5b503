"""AI queries: how many questions users asked of AI models, and what answering them cost."""

from __future__ import annotations

import pandas as pd

from analytics.analysis import Column, analysis
from analytics.buckets import complete
from analytics.columns import BUCKET, COMPLETE
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import View

SQL = blocks(__file__)

AI_QUERIES = Column("ai_queries", "AI queries", "count", "Users' questions: calls of one request are one.")
COST = Column("cost_usd", "AI cost", "usd", "The sum of the calls' costs; empty where no call has a price.")
CALLS = Column("calls", "Model calls", "count", "Calls of AI models.")
UNPRICED = Column("unpriced_calls", "Calls without a price", "count", "Calls whose model has no known price.")


@analysis(
    tables=("llm_calls",),
    columns=(AI_QUERIES, COST, CALLS, UNPRICED),
    additive=("ai_queries", "cost_usd", "calls", "unpriced_calls"),
)
def totals(view: View, scope: Scope) -> pd.DataFrame:
    """Questions that users asked of AI models in the window, and what the calls that answered them cost."""
    return view.frame(scope, SQL["totals"])


@analysis(
    tables=("llm_calls",),
    columns=(BUCKET, AI_QUERIES, COST, COMPLETE),
    additive=("ai_queries", "cost_usd"),
)
def trend(view: View, scope: Scope) -> pd.DataFrame:
    """AI queries by the bucket of their first call, and the cost of the calls of each bucket."""
    grain = scope.grain()
    frame = view.frame(scope, SQL["trend"], grain=grain)
    return frame.assign(complete=complete(frame["bucket"], scope, grain))
