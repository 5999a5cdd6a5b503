"""How fast AI models answer, against what they should, and where they are in trouble."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analytics.analysis import analysis
from analytics.buckets import complete
from analytics.columns import BUCKET, COMPLETE
from analytics.filters import field
from analytics.query import Query, answer
from analytics.question import Behind, Column
from analytics.scope import Scope
from analytics.settings import FIRST_TOKEN_FIELDS, ITEM_FIELDS, PREDICTING, SCORING
from analytics.sql import blocks, with_fields
from analytics.view import View

SQL = blocks(__file__)
MOST = 100
# From here on a feature is marked.
ERROR_LIMIT, SLOW_MS = 0.05, 20_000
USES = Query(
    ("ai_calls", "p50_call_ms", "p95_call_ms", "ai_call_error_rate"),
    by=("feature", "command", "tool"),
    limit=MOST,
)
CALLS = Query(("ai_calls", "p50_call_ms", "p95_call_ms", "p99_call_ms"))
ANSWERS = Query(("ai_queries", "p50_ai_response_ms", "p95_ai_response_ms", "p99_ai_response_ms"))
# What is measured, and its targets in milliseconds for 50, 95 and 99 of 100.
TARGETS = (
    ("Scoring", replace(CALLS, where=field("operation").isin(list(SCORING))), (800.0, 1500.0, 2000.0)),
    ("Prediction", replace(CALLS, where=field("operation").isin(list(PREDICTING))), (500.0, 1000.0, 1500.0)),
    ("Response", ANSWERS, (1000.0, 2000.0, 3000.0)),
)


def text(name: str, label: str, definition: str) -> Column:
    """A column of texts."""
    return Column(name, label, "text", definition)


def took(name: str, label: str, definition: str) -> Column:
    """A column of durations."""
    return Column(name, label, "ms", definition, "down")


COUNT = Column("calls", "Calls", "count", "Model calls; of responses, AI queries.")
P50 = took("p50_ms", "p50", "Half took no longer.")
P95 = took("p95_ms", "p95", "95 of 100 took no longer.")
P99 = took("p99_ms", "p99", "99 of 100 took no longer.")


@analysis(
    tables=("llm_calls",),
    columns=(
        text("feature", "Feature", "The feature that asked the AI."),
        text("command", "Command", "The command that asked the AI."),
        text("tool", "Tool", "The tool that the AI called."),
        Column("calls", "Calls", "count", "Model calls."),
        P50,
        P95,
        Column("error_rate", "Errors", "ratio", "Failed model calls / model calls.", "down"),
        text("marked", "Marked", "What is over its limit: over 5% errors, or p95 over 20 s."),
    ),
    drawn_from={"calls": Behind("llm_calls")},
)
def by_use(view: View, scope: Scope) -> pd.DataFrame:
    """Model calls by feature, command and tool, and what of them is over its limit."""
    found = answer(view, scope, USES)
    names = {
        "ai_calls": "calls",
        "p50_call_ms": "p50_ms",
        "p95_call_ms": "p95_ms",
        "ai_call_error_rate": "error_rate",
    }
    found = found.rename(columns=names)
    shares, times = (found[name].fillna(0).astype("float64") for name in ("error_rate", "p95_ms"))
    marks = [marked(share, p95) for share, p95 in zip(shares, times, strict=True)]
    found["marked"] = pd.Series(marks, found.index, dtype="str")
    return found[[column.name for column in by_use.columns]]


@analysis(
    tables=("llm_calls",),
    columns=(
        text("what", "What", "What is measured."),
        COUNT,
        P50,
        took("p50_target_ms", "Target", "What p50 should be at most."),
        P95,
        took("p95_target_ms", "Target", "What p95 should be at most."),
        P99,
        took("p99_target_ms", "Target", "What p99 should be at most."),
        text("verdict", "Verdict", "What is over its target."),
    ),
)
def baselines(view: View, scope: Scope) -> pd.DataFrame:
    """What scoring, predictions and whole responses take, against their targets."""
    rows = [measured(what, answer(view, scope, query), targets) for what, query, targets in TARGETS]
    kept = [row for row in rows if row["calls"]]
    kinds = {column.name: KINDS[column.unit] for column in baselines.columns}
    return pd.DataFrame(kept, columns=list(kinds)).astype(kinds)


@analysis(
    tables=("runs",),
    columns=(
        BUCKET,
        Column("workflow_name", "Job", "text", "The batch job."),
        Column("items_per_minute", "Items a minute", "number", "Items / minutes that the job ran.", "up"),
        Column("items", "Items", "number", "Items that its runs went through."),
        COMPLETE,
    ),
    additive=("items",),
)
def throughput(view: View, scope: Scope) -> pd.DataFrame:
    """How many items each batch job goes through in a minute, of runs that say how many they did."""
    grain = scope.grain()
    found = view.frame(scope, with_fields(SQL["throughput"], items=ITEM_FIELDS), grain=grain)
    return found.assign(complete=complete(found["bucket"], scope, grain))


@analysis(
    tables=("llm_calls",),
    columns=(BUCKET, P50, P95, Column("calls", "Calls", "count", "Calls that say when."), COMPLETE),
    additive=("calls",),
)
def first_token(view: View, scope: Scope) -> pd.DataFrame:
    """How long the first token of a model call took, of calls that say so."""
    grain = scope.grain()
    found = view.frame(scope, with_fields(SQL["first_token"], first=FIRST_TOKEN_FIELDS), grain=grain)
    return found.assign(complete=complete(found["bucket"], scope, grain))


def marked(error_rate: float, p95_ms: float) -> str:
    """What is over its limit."""
    return ", ".join(
        name for name, over in (("errors", error_rate > ERROR_LIMIT), ("slow", p95_ms > SLOW_MS)) if over
    )


KINDS = {"text": "str", "count": "int64", "ms": "float64"}


def measured(what: str, found: pd.DataFrame, targets: tuple[float, ...]) -> dict[str, object]:
    """One row: how many, three percentiles beside their targets, and the verdict."""
    counted, *columns = found.columns[:4]
    row: dict[str, object] = {"what": what, "calls": int(found[counted].sum())}
    over: dict[str, float] = {}
    for name, column, target in zip(("p50", "p95", "p99"), columns, targets, strict=True):
        value = float(found[column].astype("float64").iloc[0])
        row |= {f"{name}_ms": value, f"{name}_target_ms": target}
        if value > target:
            over[name] = value / target
    return {**row, "verdict": verdict(over)}


def verdict(over: dict[str, float]) -> str:
    """p50 and p95 over target, p95 most: 1.3 times."""
    if not over:
        return "within targets"
    worst = max(over, key=lambda name: over[name])
    return f"{' and '.join(over)} over target, {worst} most: {over[worst]:.1f} times"
