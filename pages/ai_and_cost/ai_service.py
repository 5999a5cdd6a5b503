"""AI service performance: how fast models answer, what fails, what waits, and what is over its limits."""

from __future__ import annotations

from dataclasses import replace

from analytics import ai_queries, ai_service
from analytics.board import Board, Panel, Row, Thresholds
from analytics.filters import field
from analytics.query import AUTO, Query
from analytics.settings import PREDICTING, SCORING
from ui import render

CALL_TIMES = ("p50_call_ms", "p95_call_ms", "p99_call_ms")
CACHE = Query(("cache_hit_rate", "cache_hits"))
TROUBLE = Query(("ai_call_error_rate", "rate_limit_hits"), grain=AUTO)

SCORING_LATENCY = Panel(
    id="ai-service.scoring_latency",
    title="Scoring",
    explanation=f"How long model calls of the operation {' or '.join(SCORING[:2])} took, exactly, from "
    "`llm_calls`. Target: p95 under 2 s.",
    question=Query(CALL_TIMES, grain=AUTO, where=field("operation").isin(list(SCORING))),
    chart="line",
    value="p95_call_ms",
    x="bucket",
    show=CALL_TIMES,
    good="down",
    thresholds=Thresholds(good=2_000, bad=2_000, less=True),
    empty="Nothing was scored in this window",
)
PREDICTION_LATENCY = Panel(
    id="ai-service.prediction_latency",
    title="Predictions",
    explanation=f"How long model calls of the operation {' or '.join(PREDICTING[:2])} took, exactly, from "
    "`llm_calls`. Target: p95 under 1 s.",
    question=Query(CALL_TIMES, grain=AUTO, where=field("operation").isin(list(PREDICTING))),
    chart="line",
    value="p95_call_ms",
    x="bucket",
    show=CALL_TIMES,
    good="down",
    thresholds=Thresholds(good=1_000, bad=1_000, less=True),
    empty="Nothing was predicted in this window",
)
INFERENCE_BY_MODEL = Panel(
    id="ai-service.inference_by_model",
    title="Inference time by model",
    explanation="The mean duration of a call of each model, and 95 of 100 beside it, from `llm_calls`. A "
    "click filters the page.",
    question=Query(("avg_call_ms", "p95_call_ms"), by=("model",), where=field("model").exists(), limit=12),
    chart="bar",
    value="avg_call_ms",
    x="model",
    show=("avg_call_ms", "p95_call_ms"),
    good="down",
    click=("model",),
    empty="No model was called in this window",
)
LLM_LATENCY = Panel(
    id="ai-service.llm_latency",
    title="Call latency by provider, p95",
    explanation="95 of 100 calls of a provider's models took no longer, exactly, from `llm_calls`.",
    question=Query(("p95_call_ms",), by=("provider",), grain=AUTO, where=field("provider").exists()),
    chart="line",
    value="p95_call_ms",
    x="bucket",
    by="provider",
    good="down",
    empty="No model was called in this window",
)
TOKENS = Panel(
    id="ai-service.tokens",
    title="Tokens",
    explanation="Tokens that were sent, read from the provider's cache, and came back, from `llm_calls`.",
    question=Query(("input_tokens", "cached_tokens", "output_tokens"), grain=AUTO),
    chart="area",
    value="input_tokens",
    x="bucket",
    show=("input_tokens", "cached_tokens", "output_tokens"),
    empty="No tokens in this window",
)
COST_BY_MODEL = Panel(
    id="ai-service.cost_by_model",
    title="Cost by model",
    explanation="What the calls of each model cost, from `llm_calls`. A click filters the page.",
    question=Query(("ai_cost_usd", "cost_per_call_usd"), by=("model",), limit=12),
    chart="bar",
    value="ai_cost_usd",
    x="model",
    show=("ai_cost_usd", "cost_per_call_usd"),
    good="down",
    click=("model",),
    empty="No priced model call in this window",
)
COST_PER_REQUEST = Panel(
    id="ai-service.cost_per_request",
    title="Cost a call by month",
    explanation="What the model calls of a month cost / how many there were, in 12 months, from `llm_calls`.",
    question=Query(("cost_per_call_usd",), grain="month"),
    chart="line",
    value="cost_per_call_usd",
    x="bucket",
    good="down",
    window="365d",
    empty="No priced model call in these 12 months",
)
BATCH_DURATION = Panel(
    id="ai-service.batch_duration",
    title="Batch jobs",
    explanation="The mean duration of the runs of each batch job (kind `job` in `runs`).",
    question=Query(("avg_duration_ms",), by=("workflow_name",), grain=AUTO, where=field("kind") == "job"),
    chart="line",
    value="avg_duration_ms",
    x="bucket",
    by="workflow_name",
    good="down",
    empty="No batch job ran in this window",
)
BATCH_THROUGHPUT = Panel(
    id="ai-service.batch_throughput",
    title="Items a minute by batch job",
    explanation="Items that the runs of a batch job went through / minutes that they took, of runs that "
    "say how many (kind `job` in `runs`).",
    question=ai_service.throughput,
    chart="line",
    value="items_per_minute",
    x="bucket",
    by="workflow_name",
    good="up",
    empty="No batch job said how many items it went through",
)
FIRST_TOKEN = Panel(
    id="ai-service.first_token",
    title="Time to the first token",
    explanation="Half and 95 of 100 model calls that say when their first token came had it by then, from "
    "`llm_calls`.",
    question=ai_service.first_token,
    chart="line",
    value="p95_ms",
    x="bucket",
    show=("p50_ms", "p95_ms"),
    good="down",
    empty="No model call says when its first token came",
)
CACHE_HIT_RATE = Panel(
    id="ai-service.cache_hit_rate",
    title="Cache hit rate",
    explanation="Model calls answered from the cache / model calls, from `llm_calls`.",
    question=CACHE,
    chart="number",
    value="cache_hit_rate",
    trend=replace(CACHE, grain=AUTO),
    good="up",
)
RATE_LIMITS = Panel(
    id="ai-service.rate_limits",
    title="Rate limits hit",
    explanation="Model calls that a provider refused because of a rate limit, by their error type, from "
    "`llm_calls`.",
    question=Query(("rate_limit_hits",)),
    chart="number",
    value="rate_limit_hits",
    trend=TROUBLE,
    good="down",
)
ERROR_RATE = Panel(
    id="ai-service.error_rate",
    title="Errors by provider",
    explanation="Model calls that failed / model calls, by the service that was called, from `llm_calls`.",
    question=Query(("ai_call_error_rate",), by=("provider",), grain=AUTO, where=field("provider").exists()),
    chart="line",
    value="ai_call_error_rate",
    x="bucket",
    by="provider",
    good="down",
    empty="No model was called in this window",
)
BY_PROVIDER = Panel(
    id="ai-service.by_provider",
    title="Calls and errors by provider",
    explanation="Model calls of each provider, how many failed, and failed / all, from `llm_calls`: all of "
    "few calls may fail. A click filters the page.",
    question=Query(
        ("ai_calls", "ai_calls_failed", "ai_call_error_rate"),
        by=("provider",),
        where=field("provider").exists(),
        limit=12,
    ),
    chart="table",
    value="ai_calls",
    show=("provider", "ai_calls", "ai_calls_failed", "ai_call_error_rate"),
    click=("provider",),
    empty="No model was called in this window",
)
TENANTS_HIT = Panel(
    id="ai-service.tenants_hit",
    title="Tenants hit",
    explanation="The ten tenants with the most model calls that failed, of how many, from `llm_calls`. A "
    "click scopes the page to one.",
    question=Query(
        ("ai_calls_failed", "ai_calls", "ai_call_error_rate"),
        by=("tenant_id", "tenant.name"),
        where=field("tenant_id").exists(),
        limit=10,
    ),
    chart="table",
    value="ai_calls_failed",
    show=("tenant.name", "ai_calls_failed", "ai_calls", "ai_call_error_rate"),
    good="down",
    click=("tenant_id",),
    empty="No model was called in this window",
)
CALLS_OVER_TIME = Panel(
    id="ai-service.calls_over_time",
    title="Calls by model over time",
    explanation="Model calls by the model that was called, from `llm_calls`.",
    question=Query(("ai_calls",), by=("model",), grain=AUTO, where=field("model").exists()),
    chart="area",
    value="ai_calls",
    x="bucket",
    by="model",
    empty="No model was called in this window",
)
COST_OVER_TIME = Panel(
    id="ai-service.cost_over_time",
    title="Cost by model over time",
    explanation="What the calls of each model cost, from `llm_calls`.",
    question=Query(("ai_cost_usd",), by=("model",), grain=AUTO, where=field("model").exists()),
    chart="area",
    value="ai_cost_usd",
    x="bucket",
    by="model",
    empty="No priced model call in this window",
)
ERROR_TYPES = Panel(
    id="ai-service.error_types",
    title="Errors by type",
    explanation="Model calls that failed, by the kind of error that they name, from `llm_calls`. A click "
    "filters the page.",
    question=Query(("ai_calls_failed",), by=("error_type",), limit=10, other=True),
    chart="bar",
    value="ai_calls_failed",
    x="error_type",
    good="down",
    click=("error_type",),
    empty="No model call failed in this window",
)
BASELINES = Panel(
    id="ai-service.baselines",
    title="Measured against targets",
    explanation="Exact percentiles of calls that score and that predict, and of whole AI queries, beside "
    "what they should be; from `llm_calls`.",
    question=ai_service.baselines,
    chart="table",
    value="p95_ms",
    show=(
        "what",
        "calls",
        "p50_ms",
        "p50_target_ms",
        "p95_ms",
        "p95_target_ms",
        "p99_ms",
        "p99_target_ms",
        "verdict",
    ),
    empty="No model was called in this window",
)
BY_FEATURE = Panel(
    id="ai-service.by_feature",
    title="By feature, command and tool",
    explanation="Model calls in `llm_calls`, how long they took and what share failed; marked where more "
    "than 5% failed or p95 is over 20 s. A click filters the page.",
    question=ai_service.by_use,
    chart="table",
    value="calls",
    show=("feature", "command", "tool", "calls", "p50_ms", "p95_ms", "error_rate", "marked"),
    click=("feature", "command", "tool"),
    empty="No model was called in this window",
)
SLOW_QUERIES = Panel(
    id="ai-service.slow_queries",
    title="Slow queries",
    explanation=f"The {ai_queries.MOST} slowest AI queries over 20 s, from `llm_calls`. A click narrows the "
    "page to the query's trace.",
    question=ai_queries.slow,
    chart="table",
    value="duration_ms",
    show=("asked_at", "tenant", "person", "feature", "models", "calls", "duration_ms", "status", "trace_id"),
    click=("tenant_id", "trace_id"),
    empty="No AI query took over 20 s",
)

BOARD = Board(
    id="ai-service",
    title="AI service performance",
    audience="who builds and runs the AI features",
    rows=(
        Row((SCORING_LATENCY, PREDICTION_LATENCY)),
        Row((BASELINES,)),
        Row((LLM_LATENCY, INFERENCE_BY_MODEL), (2, 1)),
        Row((ERROR_RATE, ERROR_TYPES), (2, 1)),
        Row((BY_PROVIDER, TENANTS_HIT)),
        Row((CALLS_OVER_TIME, COST_OVER_TIME)),
        Row((CACHE_HIT_RATE, RATE_LIMITS)),
        Row((TOKENS, COST_BY_MODEL), (2, 1)),
        Row((FIRST_TOKEN, COST_PER_REQUEST)),
        Row((BATCH_DURATION, BATCH_THROUGHPUT)),
        Row((BY_FEATURE,)),
        Row((SLOW_QUERIES,)),
    ),
)

if __name__ == "__main__":
    render.show(BOARD)
