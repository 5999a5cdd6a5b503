"""AI queries one by one: the dearest and the slowest, each with its trace."""

from __future__ import annotations

import pandas as pd

from analytics.analysis import analysis
from analytics.columns import TENANT, TENANT_ID
from analytics.question import Behind, Column
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import View

SQL = blocks(__file__)
MOST = 50
# A query that takes longer is slow.
SLOW_MS = 20_000

ASKED_AT = Column("asked_at", "When", "time", "When its first call began.")
PERSON = Column("person", "User", "text", "Who asked: the person's name, or the id where there is none.")
FEATURE = Column("feature", "Feature", "text", "The feature that asked.")
MODELS = Column("models", "Model", "text", "The models that were called.")
CALLS = Column("calls", "Calls", "count", "How many model calls it took.")
TOKENS = Column("tokens", "Tokens", "count", "Input, cached and output tokens of its calls.")
COST = Column("cost_usd", "Cost", "usd", "What its calls cost; nothing where none has a price.")
TOOK = Column("duration_ms", "Took", "ms", "From its first call's start to its last call's end.")
STATUS = Column("status", "Status", "text", "How its last call ended.")
TRACE = Column("trace_id", "Trace", "text", "The trace of its first call.")
COLUMNS = (
    ASKED_AT, TENANT_ID, TENANT, PERSON, FEATURE, MODELS, CALLS, TOKENS, COST, TOOK, STATUS, TRACE,
)  # fmt: skip
TABLES = ("llm_calls", "tenants", "people", "identities")


@analysis(tables=TABLES, columns=COLUMNS, drawn_from={"cost_usd": Behind("llm_calls")})
def dearest(view: View, scope: Scope) -> pd.DataFrame:
    """The AI queries that cost the most, all their calls together."""
    return view.frame(scope, SQL["dearest"], most=MOST)


@analysis(
    tables=TABLES,
    columns=COLUMNS,
    drawn_from={"duration_ms": Behind("ai_queries", f"r.duration_ms > {SLOW_MS}")},
)
def slow(view: View, scope: Scope) -> pd.DataFrame:
    """The AI queries that took over 20 s, the slowest first."""
    return view.frame(scope, SQL["slow"], most=MOST, slow_ms=SLOW_MS)
